import { memoryCache } from "@switchyard/cache-memory"
import { type AnyPlugin, type Cache, compose, definePlugin, Kernel, wholeAnswer } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { load } from "../field.ts"
import { median, report, say } from "../report.ts"
import { contextOf, request, responseOf, withCache } from "./ours.ts"
import { zipf } from "./workload.ts"

const suite = "cache"
const answer = responseOf({ key: "", usd: 0.001, ms: 1, characters: 1200 })

const provider = definePlugin({
  manifest: { name: "stub", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      id: "p",
      models: ["m"],
      describe: () => undefined,
      generate: () => Effect.promise(() => new Promise<typeof answer>((resolve) => setImmediate(resolve, answer))),
    }),
})

/** The least that a cache can do: what is left is the kernel's own part of a hit, the request's hash above all. */
const constant: Cache = {
  lookup: () => Effect.succeed({ answer: wholeAnswer(answer), provider: "p", cached: { kind: "exact", ageMs: 0 } }),
  store: () => Effect.void,
  progress: () => Effect.void,
  release: () => Effect.void,
  invalidate: () => Effect.succeed(0),
  stats: Effect.die("unused"),
}
const constantCache = definePlugin({
  manifest: { name: "constant", kind: "cache", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) => Layer.succeed(key, constant),
})

interface Listed extends AnyPlugin {
  readonly layer: Layer.Layer<never, unknown>
}

const calling = async (plugins: ReadonlyArray<Listed>) => {
  const runtime = ManagedRuntime.make(compose(plugins))
  const context = await runtime.context()
  const kernel = Context.get(context, Kernel)
  const run = Effect.runPromiseWith(context)
  return { call: () => run(kernel.generate({ model: "p/m", prompt: "hi" })), runtime }
}

/** CPU time of `calls` calls in us each, `concurrency` at once. */
const cpuOf = async (call: () => Promise<unknown>, calls: number, concurrency: number): Promise<number> => {
  const before = process.cpuUsage()
  for (let done = 0; done < calls; done += concurrency) await Promise.all(Array.from({ length: concurrency }, call))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

/**
 * A call that hits, with our cache and with one that only hands out a constant. Short rounds in turns, and the median of
 * the differences within a round: the machine is noisier than the difference is large.
 */
const hits = async (): Promise<void> => {
  const ours = await calling([provider(), memoryCache()])
  const bare = await calling([provider(), constantCache()])
  const none = await calling([provider()])
  for (const concurrency of [1, 64]) {
    const [cached, constants, uncached, added]: Array<Array<number>> = [[], [], [], []]
    for (const { call } of [ours, bare, none]) await cpuOf(call, 6400, concurrency)
    for (let round = 0; round < 101; round++) {
      const order = round % 2 === 0 ? [ours, bare] : [bare, ours]
      const [first = 0, second = 0] = [
        await cpuOf(order[0]?.call ?? ours.call, 1280, concurrency),
        await cpuOf(order[1]?.call ?? bare.call, 1280, concurrency),
      ]
      const [mine, its] = round % 2 === 0 ? [first, second] : [second, first]
      cached?.push(mine)
      constants?.push(its)
      added?.push(mine - its)
      if (round % 5 === 0) uncached?.push(await cpuOf(none.call, 1280, concurrency))
    }
    const name = `call that hits c=${concurrency} cpu`
    const value = median(cached ?? [])
    report({ suite, name, ours: value, peer: "a constant", peer_value: median(constants ?? []), unit: "us/call" })
    report({ suite, name, ours: value, peer: "no cache", peer_value: median(uncached ?? []), unit: "us/call" })
    report({ suite, name: `${name}, added beyond the kernel`, ours: median(added ?? []), unit: "us/call" })
  }
  for (const { runtime } of [ours, bare, none]) await runtime.dispose()
}

const rounds = 7
const places = 2000

const nsPer = (count: number, run: () => void): number => {
  const start = performance.now()
  run()
  return ((performance.now() - start) * 1e6) / count
}

/** The same Zipf calls on our cache as the kernel uses it, and on lru-cache with its times to live. */
const operations = async (): Promise<void> => {
  const { LRUCache } = await load("lru-cache")
  const { prompts, calls } = zipf(20_000, 100_000, 1)
  const [get, mixed] = [
    { ours: new Array<number>(), lru: new Array<number>() },
    { ours: new Array<number>(), lru: new Array<number>() },
  ]
  for (let round = 0; round < rounds; round++) {
    withCache({ maxEntries: places }, (cache, ask) => {
      mixed.ours.push(nsPer(calls.length, () => calls.forEach((at) => prompts[at] && ask(prompts[at]))))
      const context = contextOf("reader")
      const [first] = prompts
      const key = first?.key ?? ""
      if (first) ask(first)
      get.ours.push(
        nsPer(200_000, () => {
          for (let turn = 0; turn < 200_000; turn++) Effect.runSync(cache.lookup(key, request, context))
        }),
      )
    })
    const lru = new LRUCache({ max: places, ttl: 3_600_000, maxSize: 256 * 1024 * 1024 })
    const askLru = (at: number): void => {
      const prompt = prompts[at]
      if (prompt && lru.get(prompt.key) === undefined) {
        lru.set(prompt.key, responseOf(prompt), { size: prompt.characters * 2 })
      }
    }
    mixed.lru.push(nsPer(calls.length, () => calls.forEach(askLru)))
    const key = prompts[0]?.key ?? ""
    get.lru.push(
      nsPer(200_000, () => {
        for (let turn = 0; turn < 200_000; turn++) lru.get(key)
      }),
    )
  }
  const tell = (name: string, { ours, lru }: typeof get) => {
    report({ suite, name, ours: median(ours), peer: "lru-cache", peer_value: median(lru), unit: "ns/op" })
    report({
      suite,
      name: `${name}, ops/s`,
      ours: 1e9 / median(ours),
      peer: "lru-cache",
      peer_value: 1e9 / median(lru),
      unit: "ops/s, more is better",
    })
  }
  tell("look-up that hits", get)
  tell("Zipf call: look-up, store on a miss", mixed)
}

/** What a hit costs. */
export const speed = async (): Promise<void> => {
  say("cache: calls that hit, medians of 101 rounds in turns")
  await hits()
  say("cache: operations, medians of 7 rounds")
  await operations()
}
