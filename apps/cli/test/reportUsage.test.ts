import { join } from "node:path"
import { makeUsage } from "@switchyard/usage"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }
const usage = (input: number, output: number) => ({ input: { total: input }, output: { total: output } })
const day = 86_400_000

/** A ledger with two models, one of which has no price. */
const filled = (store: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { trackUsage } = yield* makeUsage({ store })
        const tags = { team: "x" }
        yield* trackUsage({ provider: "p", model: "m", tenant: "a", tags, usage: usage(1000, 20), usd: 0.5, at: day })
        yield* trackUsage({ provider: "p", model: "n\u001b[2J", tenant: "b,c", usage: usage(1, 2), at: 2 * day })
      }),
    ),
  )

describe.concurrent("report usage", bounded, () => {
  it("a table by model; names cannot steer the terminal", async () => {
    await using folder = await folderWith({})
    await filled(join(folder.path, ".switchyard/usage.sqlite"))
    const { code, stdout, stderr } = await switchyard(["report", "usage"], { cwd: folder.path })
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout.split("\n")).toEqual([
      "model    calls  attempts  cached  failed  input  output                    USD",
      "p/m          1         1       0       0  1,000      20               0.500000",
      "p/n [2J      1         1       0       0      1       2  0.000000 + 1 unpriced",
      "",
    ])
  })

  it("--store, --by, --json and --csv", async () => {
    await using folder = await folderWith({})
    await filled(join(folder.path, "kept.sqlite"))
    const run = (...args: ReadonlyArray<string>) =>
      switchyard(["report", "usage", "--store", "kept.sqlite", ...args], { cwd: folder.path })
    const json = await run("--by", "tag", "--json")
    const parsed = json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(parsed.map(({ group, usd, unpriced }) => [group, usd, unpriced])).toEqual([
      [{ tag: "team=x" }, 0.5, 0],
      [{ tag: "" }, 0, 1],
    ])
    const csv = await run("--by", "tenant", "--csv")
    expect(csv.stdout.split("\r\n").map((line) => line.split(",")[0])).toEqual(["tenant", "a", '"b', ""])
    const days = await run("--by", "day")
    expect(days.stdout).toMatch(/^day .*\n1970-01-02 .*\n1970-01-03 /)
    const provider = await run("--by", "provider", "--json")
    expect(JSON.parse(provider.stdout)).toMatchObject({ group: { provider: "p" }, calls: 2, inputTokens: 1001 })
  })

  it("a store that is not there, or is none, is wrong usage; nothing is made", async () => {
    await using folder = await folderWith({ "notes.txt": "this is no database, and long enough to be seen as none" })
    const run = (...args: ReadonlyArray<string>) => switchyard(["report", "usage", ...args], { cwd: folder.path })
    expectFailure(await run("--store", "lost.sqlite"), 2, "lost.sqlite is not there")
    expectFailure(await run("--store", "lost.sqlite"), 2, "lost.sqlite is not there")
    expectFailure(await run("--store", "notes.txt"), 2, "notes.txt cannot be opened")
    expectFailure(await run("--store", "notes.txt", "--json", "--csv"), 2, "not both")
  })
})
