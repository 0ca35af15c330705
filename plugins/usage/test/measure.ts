// The figures of the README: `node --expose-gc --conditions=@switchyard/source test/measure.ts [appends]`.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compose, Kernel, type KernelShape, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeUsage, usage } from "../src/index.ts"
import { provider, used } from "./stubs.ts"

const appends = Number(process.argv[2] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), "switchyard-usage-"))
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const heap = (): number => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10
}

const ledger = Effect.gen(function* () {
  const { trackUsage, usageStats } = yield* makeUsage({ store: join(folder, "usage.sqlite") })
  const entry = { provider: "p", model: "m", tenant: "t", tags: { team: "x" }, usage: used(10, 20), usd: 0.001 }
  const began = performance.now()
  const atOnce = 500
  for (let done = 0; done < appends; done += atOnce) {
    if (done % (appends / 5) === 0) say(`${done} appends: heap ${heap()} MB`)
    yield* Effect.all(
      Array.from({ length: atOnce }, () => trackUsage(entry)),
      { concurrency: "unbounded", discard: true },
    )
  }
  const seconds = (performance.now() - began) / 1000
  say(
    `${appends} appends: heap ${heap()} MB, ${Math.round(appends / seconds)} acknowledged a second, ${atOnce} at once`,
  )
  const asked = performance.now()
  const [sum] = yield* usageStats()
  say(`usageStats over ${sum?.attempts} rows: ${Math.round(performance.now() - asked)} ms`)
})

const words = "the quick brown fox jumps over a lazy dog ".repeat(20)
let texts = 0
/** 32 texts of about 180 tokens that were never counted before. */
const batch = () => Array.from({ length: 32 }, () => `${++texts} ${words}`)

type What = "call" | "embedding" | "embedding of 32 texts"

const ask = (kernel: KernelShape, what: What): Effect.Effect<unknown, LlmError> =>
  what === "call"
    ? kernel.generate({ model: "p/m", prompt: "hello there", maxOutputTokens: 100 })
    : kernel.embed({ model: "p/m", inputs: what === "embedding" ? ["hello there"] : batch() })

const measured = (name: string, options: Parameters<typeof usage>[0] | undefined, what: What) =>
  Effect.gen(function* () {
    const { plugin } = provider()
    const plugins =
      options === undefined ? [plugin] : [plugin, usage({ store: ":memory:", maxWaiting: 1e6, ...options })]
    const context = yield* Layer.build(compose(plugins))
    const call = Effect.provide(
      Kernel.use((kernel) => ask(kernel, what)),
      context,
    )
    const rounds = what === "embedding of 32 texts" ? 50 : 1000
    yield* Effect.replicateEffect(call, 2 * rounds, { discard: true })
    const times: Array<number> = []
    for (let round = 0; round < 9; round++) {
      const began = performance.now()
      yield* Effect.replicateEffect(call, rounds, { discard: true })
      times.push(((performance.now() - began) * 1000) / rounds)
    }
    say(`${name}: ${times.toSorted((a, b) => a - b)[4]?.toFixed(1)} us a ${what}`)
  })

const budgets = [{ limit: { usd: 1e6 }, per: "day" as const, by: "tenant" as const }]
const redis = { url: process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379", prefix: `measure:${process.pid}:` }
const both = ["call", "embedding"] as const
for (const what of [...both, "embedding of 32 texts"] as const) {
  await Effect.runPromise(Effect.scoped(measured("without the plugin", undefined, what)))
  await Effect.runPromise(Effect.scoped(measured("ledger alone", {}, what)))
  await Effect.runPromise(Effect.scoped(measured("ledger and a budget in this process", { budgets }, what)))
}
for (const what of both) {
  await Effect.runPromise(Effect.scoped(measured("ledger and a budget in Redis", { budgets, redis }, what)))
}
await Effect.runPromise(Effect.scoped(ledger))
rmSync(folder, { recursive: true, force: true })
