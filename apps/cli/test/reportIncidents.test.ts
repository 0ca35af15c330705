import { join } from "node:path"
import { makeIncidents, readIncidents } from "@switchyard/incidents"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }
const failure = { component: "billing", operation: "charge", kind: "Declined", message: "card\u001b[2J refused" }

/** A store with one open incident, one that was closed by hand, and their counts. */
const filled = (store: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const incidents = yield* makeIncidents({ store })
        const manual = yield* incidents.open({ component: "search", summary: "the index is old" })
        yield* incidents.close(manual.id, "ann")
        yield* incidents.record({ ok: { component: "billing", operation: "charge" } })
        yield* Effect.forEach(Array.from({ length: 15 }), () => incidents.record(failure))
      }),
    ),
  )

describe.concurrent("report incidents", bounded, () => {
  it("tells the open ones first, then the counts; messages cannot steer the terminal", async () => {
    await using folder = await folderWith({})
    await filled(join(folder.path, ".switchyard/switchyard.sqlite"))
    const { code, stdout, stderr } = await switchyard(["report", "incidents"], { cwd: folder.path })
    expect([code, stderr]).toEqual([0, ""])
    const lines = stdout.split("\n")
    expect(lines[0]).toMatch(/^open {4}billing\.charge: 90 % of 10 failed within 60 s, last Declined {2}inc-/)
    expect(lines[1]).toMatch(/^ {8}opened \d{4}-.*, not recovered; 15 failures$/)
    expect(lines[2]).toBe("        card [2J refused")
    expect(lines[3]).toMatch(/^closed {2}the index is old {2}inc-/)
    expect(lines[4]).toMatch(/^ {8}opened .*, closed .* \(ann\); 0 failures$/)
    expect(lines[5]).toBe("failures")
    expect(lines[6]).toMatch(/^ {2}15 × Declined \(code\), 93\.8 % {2}billing charge {2}\d{4}-.* to \d{4}-/)
  })

  it("--store, --open and --json", async () => {
    await using folder = await folderWith({})
    await filled(join(folder.path, "kept.sqlite"))
    const args = ["report", "incidents", "--store", "kept.sqlite", "--json"]
    const all = await switchyard(args, { cwd: folder.path })
    const parsed = all.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(parsed.map(({ type, state, kind, count }) => [type, state, kind, count])).toEqual([
      ["incident", "open", "Declined", undefined],
      ["incident", "closed", "Manual", undefined],
      ["failures", undefined, "Declined", 15],
    ])
    const open = await switchyard([...args, "--open"], { cwd: folder.path })
    expect(open.stdout.trimEnd().split("\n")).toEqual([all.stdout.split("\n")[0]])
    await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(readIncidents(join(folder.path, "kept.sqlite")), (r) => r.close(parsed[0].id, "bob")),
      ),
    )
    const none = await switchyard([...args, "--open"], { cwd: folder.path })
    expect(none).toMatchObject({ code: 0, stdout: "", notes: ["no open incidents"] })
  })

  it("a store that is not there, or is none, is wrong usage; nothing is made", async () => {
    await using folder = await folderWith({ "notes.txt": "this is no database, and long enough to be seen as none" })
    const run = (store: string) => switchyard(["report", "incidents", "--store", store], { cwd: folder.path })
    expectFailure(await run("lost.sqlite"), 2, "lost.sqlite is not there")
    expectFailure(await run("lost.sqlite"), 2, "lost.sqlite is not there")
    expectFailure(await run("mysql://root:pa55word@host/db"), 2, "mysql://…")
    expectFailure(await run("notes.txt"), 2, "notes.txt cannot be opened")
  })
})
