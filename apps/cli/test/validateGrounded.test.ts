import { describe, expect, it } from "vitest"
import { expectFailure, switchyard } from "./program.ts"

const grounded = (input: string, ...more: ReadonlyArray<string>) =>
  switchyard(["validate", "grounded", ...more], { input })

const bridge = "The bridge has a length of 503 metres and was opened in 1932."

describe("switchyard validate grounded --jsonl", () => {
  it("answers each line in order, with a label for each claim and the passage behind it", async () => {
    const lines = [
      {
        id: 1,
        answer: "The bridge is 503 metres long. It was opened in 1940.",
        passages: ["Dogs bark.", { text: bridge }],
      },
      { id: "two", answer: "It was painted red.", passages: [bridge] },
    ]
    const { stdout, code, notes } = await grounded(
      `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
      "--jsonl",
    )
    expect(notes).toEqual([])
    expect(code).toBe(0)
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      {
        id: 1,
        score: 0.5,
        claims: [
          { text: "The bridge is 503 metres long.", label: "supported", passage: 1 },
          { text: "It was opened in 1940.", label: "contradicted", passage: 1 },
        ],
      },
      { id: "two", score: 0, claims: [{ text: "It was painted red.", label: "absent" }] },
    ])
  })

  it("gives a line with an error for a line that is none, and goes on", async () => {
    const good = JSON.stringify({ id: 3, answer: "Hello!", passages: [] })
    const { stdout, code } = await grounded(`nonsense\n\n{"id": 7, "answer": 5}\n${good}\n`, "--jsonl")
    expect(code).toBe(0)
    const rows = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    expect(rows).toHaveLength(3)
    expect(rows[1]).toMatchObject({ id: 7, score: 0, claims: [], error: expect.stringContaining("passages") })
    expect(rows[2]).toMatchObject({ id: 3 })
    expect(rows[2]).not.toHaveProperty("error")
  })

  it("says how it is used, and which file is missing", async () => {
    expectFailure(await grounded(""), 2, "--jsonl")
    expectFailure(await grounded("", "--jsonl", "--file", "nowhere.jsonl"), 2, "nowhere.jsonl", "no such file")
  })
})
