import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

const request = {
  model: "m",
  messages: [
    { role: "system", content: "Be brief" },
    { role: "user", content: [{ type: "text", text: "Return\na JSON object" }] },
  ],
}
const record = (call: string, attempt: number, more: object) =>
  JSON.stringify({ v: 1, at: "2026-05-01T10:00:00.000Z", call, attempt, candidate: "p/m", ms: 12, request, ...more })

const verdicts = [
  { ok: false, score: 0, issues: [{ validator: "json", message: "it is no JSON", suggestion: "Write { first" }] },
]
const lines = [
  record("a-1", 1, {
    response: { content: [{ type: "text", text: "Sure!\u001b[2J" }] },
    verdicts,
    decision: { kind: "retry", why: "1 rejected", delayMs: 0, feedback: true, candidate: "q/large" },
  }),
  record("b-2", 1, {
    error: { reason: "RateLimited", message: "too many requests", http: { status: 429 } },
    decision: { kind: "stop", why: "the budget is spent" },
    added: "by a later version",
  }),
  record("a-1", 2, {
    response: { content: [{ type: "tool-call", id: "1", name: "look", inputText: "{}" }] },
    verdicts,
    decision: { kind: "escalate", why: "2 answers were rejected" },
  }),
]

describe.concurrent("report attempts", bounded, () => {
  it("tells each call's attempts in order; what models wrote cannot steer the terminal", async () => {
    await using folder = await folderWith({ ".switchyard/attempts.jsonl": `${lines.join("\n")}\nnot json\n` })
    const { code, stdout, notes } = await switchyard(["report", "attempts"], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout.split("\n")).toEqual([
      "call a-1",
      "  attempt 1  p/m  rejected in 12 ms  2026-05-01T10:00:00.000Z",
      "    asked     user: Return a JSON object",
      "    answered  Sure! [2J",
      "    issue     json: it is no JSON (Write { first)",
      "    decided   retry at q/large in 0 ms with feedback: 1 rejected",
      "  attempt 2  p/m  rejected in 12 ms  2026-05-01T10:00:00.000Z",
      "    asked     user: Return a JSON object",
      "    answered  [tool-call look({})]",
      "    issue     json: it is no JSON (Write { first)",
      "    decided   escalate: 2 answers were rejected",
      "call b-2",
      "  attempt 1  p/m  failed: RateLimited in 12 ms  2026-05-01T10:00:00.000Z",
      "    asked     user: Return a JSON object",
      "    error     too many requests",
      "    decided   stop: the budget is spent",
      "",
    ])
    expect(notes).toEqual(["1 line is no attempt and left out"])
  })

  it("--file, --call and --json", async () => {
    await using folder = await folderWith({ "kept.jsonl": lines.join("\n") })
    const args = ["report", "attempts", "--file", "kept.jsonl", "--json"]
    const one = await switchyard([...args, "--call", "b-2"], { cwd: folder.path })
    expect(one).toMatchObject({ code: 0, stdout: `${lines[1]}\n`, stderr: "" })
    const none = await switchyard([...args, "--call", "c-3"], { cwd: folder.path })
    expect(none).toMatchObject({ code: 0, stdout: "", notes: ["kept.jsonl holds no such attempts"] })
  })

  it("a missing file is wrong usage, and says who writes it", async () => {
    await using folder = await folderWith({})
    const result = await switchyard(["report", "attempts"], { cwd: folder.path })
    expectFailure(result, 2, "cannot read .switchyard/attempts.jsonl", "debugMode")
  })
})
