import { spawn } from "node:child_process"
import { join } from "node:path"
import { Reviews, reviewsLayer } from "@switchyard/human-review"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { environment, expectFailure, folderWith, nodeArgs, switchyard } from "./program.ts"

const bounded = { timeout: 60_000 }

const answer = {
  content: [{ type: "text", text: "4\u001b[2J\u202E\u2066kcalb\u2069" }],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "m",
} as const

const subject = {
  request: { model: "p/m", messages: [{ role: "user", content: [{ type: "text", text: "2 + 3?" }] }] },
  answer,
  verdict: { ok: false, score: 0, issues: [{ validator: "sum", message: "it is 5", suggestion: "add again" }] },
  candidate: { provider: "p", model: "m" },
  call: "c",
  tags: {},
} as const

const ticket = { reason: "2 answers were rejected", subject, deadlineMs: 3_600_000, onDeadline: "fail" } as const

/** A folder with the default store and so many open tickets. */
const queue = async (tickets: number) => {
  const folder = await folderWith({ ".switchyard/keep": "" })
  const store = join(folder.path, ".switchyard", "reviews.sqlite")
  const use = <A, E>(run: (reviews: Reviews["Service"]) => Effect.Effect<A, E>) =>
    Effect.runPromise(Effect.provide(Effect.flatMap(Reviews, run), reviewsLayer({ store })))
  const ids = await use((reviews) => Effect.forEach(Array.from({ length: tickets }), () => reviews.open(ticket)))
  const review = (...args: ReadonlyArray<string>) => switchyard(["review", ...args], { cwd: folder.path })
  const dispose = () => folder[Symbol.asyncDispose]()
  return { use, store, path: folder.path, ids: ids.map(({ id }) => id), review, [Symbol.asyncDispose]: dispose }
}

describe("review", bounded, () => {
  it("lists, shows, approves and audits; what a model wrote cannot steer the terminal", async () => {
    await using folder = await queue(1)
    const [id = ""] = folder.ids
    const listed = await folder.review("list")
    expect([listed.code, listed.stderr]).toEqual([0, ""])
    expect(listed.stdout.split("\n")[1]).toContain(`${id}  open`)
    const shown = await folder.review("show", id)
    for (const text of [
      "2 + 3?",
      "    4 [2J kcalb ",
      "sum: it is 5 (add again)",
      "then fail",
      "opened by @switchyard/human-review",
    ]) {
      expect(shown.stdout).toContain(text)
    }
    const approved = await folder.review("approve", id, "--by", "ann", "--note", "fine")
    expect([approved.stdout, approved.code]).toEqual([`ticket ${id} approved by ann\n`, 0])
    expect((await folder.review("show", id)).stdout).toContain("approved by ann: fine")
    const none = await folder.review("list")
    expect([none.stdout, none.notes, none.code]).toEqual(["", ["no ticket is open"], 0])
    expectFailure(
      await folder.review("reject", id, "--by", "bob"),
      1,
      `ticket ${id} is decided already: approved by ann`,
    )
  })

  it("edits and answers with a text or standard input, rejects with a reason; JSON for programs", async () => {
    await using folder = await queue(3)
    const [one = "", two = "", three = ""] = folder.ids
    const edited = await folder.review("edit", one, "--text", "5", "--by", "ann", "--json")
    expect(JSON.parse(edited.stdout)).toMatchObject({ id: one, status: "edited", decision: { by: "ann", text: "5" } })
    const input = { cwd: folder.path, input: "five\nor 5\n" }
    expect((await switchyard(["review", "answer", two, "--by", "ann"], input)).code).toBe(0)
    expect((await folder.review("reject", three, "--reason", "no")).code).toBe(0)
    const all = await folder.review("list", "--status", "all", "--json")
    const lines = all.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    const decisions = Object.fromEntries(
      lines.map(({ id, status, decision }) => [id, [status, decision.text ?? decision.note]]),
    )
    expect(decisions).toEqual({
      [one]: ["edited", "5"],
      [two]: ["answered", "five\nor 5"],
      [three]: ["rejected", "no"],
    })
    expect(lines.every(({ decision }) => decision.by !== "")).toBe(true)
  })

  it("what is wrong is one line, and the exit code says which kind", async () => {
    await using folder = await queue(1)
    const [id = ""] = folder.ids
    expectFailure(await folder.review("show", "nope"), 1, "there is no ticket nope")
    expectFailure(await folder.review("list", "--store", "missing.sqlite"), 2, "there is no store missing.sqlite")
    expectFailure(await folder.review("list", "--store", "mysql://u:hunter2@h/d"), 2, "mysql://… cannot be opened")
    expectFailure(await folder.review("answer", id), 2, "the text is empty")
    expectFailure(await folder.review("approve", id, "--by", " "), 1, "the name of a person")
    const password = await folder.review("list", "--store", "postgres://u:hunter2@127.0.0.1:1/d")
    expectFailure(password, 2, "postgres://u@127.0.0.1:1/d cannot be opened")
    expect(password.stderr).not.toContain("hunter2")
  })

  it("a decision reaches the process that waits", async () => {
    await using folder = await queue(1)
    const [id = ""] = folder.ids
    const waiting = folder.use((reviews) => reviews.wait(id))
    const child = spawn(process.execPath, [...nodeArgs, "review", "approve", id], {
      cwd: folder.path,
      env: environment(),
    })
    child.stdin.end()
    expect((await waiting).content).toEqual(answer.content)
  })
})
