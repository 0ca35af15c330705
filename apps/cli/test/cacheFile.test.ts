import { join } from "node:path"
import { compose, definePlugin, Kernel } from "@switchyard/core"
import { memoryCache } from "@switchyard/cache-memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

const provider = definePlugin({
  manifest: { name: "stub", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      id: "p",
      models: ["m", "n"],
      describe: () => undefined,
      generate: () =>
        Effect.succeed({
          content: [{ type: "text", text: "hello" }],
          finish: { unified: "stop" },
          usage: { input: {}, output: {}, cost: { amount: 0.25, currency: "USD" } },
          warnings: [],
          model: "m",
        } as const),
    }),
})

/** A file with three entries, one of which was given again. */
const filled = (file: string) =>
  Effect.runPromise(
    Effect.provide(
      Kernel.use(({ generate }) =>
        Effect.all([
          generate({ model: "p/m", prompt: "a", tags: { doc: "1" } }),
          generate({ model: "p/m", prompt: "a" }),
          generate({ model: "p/m", prompt: "b", tenant: "acme", tags: { doc: "1" } }),
          generate({ model: "p/n", prompt: "c", tenant: "acme" }),
        ]),
      ),
      compose([provider(), memoryCache({ persist: file })]),
    ),
  )

describe.concurrent("cache stats and cache invalidate", bounded, () => {
  it("shows what it holds, drops what fits, and shows what is left", async () => {
    await using folder = await folderWith({})
    await filled(join(folder.path, ".switchyard/cache.sqlite"))
    const run = (...args: ReadonlyArray<string>) => switchyard(["cache", ...args], { cwd: folder.path })
    const stats = await run("stats", "--json")
    expect([stats.code, stats.stderr]).toEqual([0, ""])
    expect(JSON.parse(stats.stdout)).toMatchObject({ entries: 3, hits: 1, misses: 3, savedUsd: 0.25 })
    expect((await run("stats")).stdout).toMatch(/^hits +1\n/)
    const both = await run("invalidate", "--tenant", "acme", "--tag", "doc=1")
    expect([both.code, both.stdout, both.stderr]).toEqual([0, "1 entry dropped\n", ""])
    expect((await run("invalidate", "--pattern", "*/n", "--json")).stdout).toBe(`{"dropped":1}\n`)
    expect((await run("invalidate", "--all")).stdout).toBe("1 entry dropped\n")
    expect(JSON.parse((await run("stats", "--json")).stdout)).toMatchObject({ entries: 0, bytes: 0, hits: 1 })
  })

  it("a Redis that is not there is a clear failure", async () => {
    const args = ["--redis", "redis://:pa55word@127.0.0.1:1"]
    const stats = await switchyard(["cache", "stats", ...args])
    expectFailure(stats, 1, "Redis is away")
    const dropped = await switchyard(["cache", "invalidate", "--all", ...args])
    expectFailure(dropped, 1, "Redis is away")
    expect(stats.stderr + dropped.stderr).not.toContain("pa55word")
    expectFailure(await switchyard(["cache", "stats", "--redis", "http://127.0.0.1"]), 2, "redis://")
  })

  it("a file that is not there, or is none, and filters that say nothing are wrong usage", async () => {
    await using folder = await folderWith({ "notes.txt": "this is no database, and long enough to be seen as none" })
    const run = (...args: ReadonlyArray<string>) => switchyard(["cache", ...args], { cwd: folder.path })
    expectFailure(await run("stats"), 2, "cache.sqlite is not there")
    expectFailure(await run("stats", "--file", "notes.txt"), 2, "notes.txt cannot be opened")
    expectFailure(await run("invalidate"), 2, "--all")
    expectFailure(await run("invalidate", "--all", "--tenant", "a"), 2, "--all")
    expectFailure(await run("invalidate", "--tag", "doc"), 2, "NAME=VALUE")
  })
})
