import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const linesOf = (stdout: string): ReadonlyArray<{ readonly [key: string]: unknown }> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

describe("switchyard validate code", () => {
  it("answers each line, in order, with the place of each issue", async () => {
    const inputs = [
      { id: "good", text: "```python\nprint(1)\n```" },
      { id: 2, text: "Look:\n```js\nlet a = ;\n```" },
      { id: "bare", text: "SELECT * FORM t", language: "sql" },
      { id: "other", text: "x", language: "kotlin" },
    ]
    const input = inputs.map((line) => JSON.stringify(line)).join("\n")
    const { stdout, stderr, code } = await switchyard(["validate", "code", "--jsonl"], { input })
    const lines = linesOf(stdout)
    expect(lines.map(({ id, ok }) => [id, ok])).toEqual([
      ["good", true],
      [2, false],
      ["bare", false],
      ["other", true],
    ])
    expect(lines[1]?.["issues"]).toMatchObject([{ line: 3, column: 9, language: "javascript", kind: "syntax" }])
    expect(lines[2]?.["issues"]).toMatchObject([{ line: 1, column: 10 }])
    expect(lines[3]).toMatchObject({ issues: [], unchecked: ["kotlin"] })
    expect(stderr).toBe("")
    expect(code).toBe(0)
  })

  it("a line that is none gets an error in its place", async () => {
    const input = 'nonsense\n\n{"id": 1}\n{"id": 2, "text": "```json\\n{}\\n```"}\n'
    const { stdout, code } = await switchyard(["validate", "code", "--jsonl"], { input })
    const lines = linesOf(stdout)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatchObject({ ok: false, error: expect.stringContaining("text") })
    expect(lines[1]).toMatchObject({ id: 1, ok: false, error: expect.stringContaining("text") })
    expect(lines[2]).toEqual({ id: 2, ok: true, issues: [] })
    expect(code).toBe(0)
  })

  it("reads one text, from a file too", async () => {
    await using folder = await folderWith({ "answer.py": "def f(:\n" })
    const file = join(folder.path, "answer.py")
    const { stdout } = await switchyard(["validate", "code", "--language", "python", "--file", file])
    expect(linesOf(stdout)[0]).toMatchObject({ ok: false })
    expectFailure(await switchyard(["validate", "code", "--file", `${file}x`]), 2, "there is no such file")
  })
})
