// The figures of the README: `node --conditions=@switchyard/source test/measure.ts`.
import type { CallContext, LlmResponse } from "@switchyard/core"
import { cachedEmbedder, embedOne, makeExactStore, stampOf } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { calibrate, conceptEmbedder, guard } from "../src/index.ts"
import { makeOwnCache } from "../src/OwnCache.ts"
import { makeSemanticCache } from "../src/SemanticCache.ts"
import { sets } from "./pairsIn.ts"

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const quantile = (values: ReadonlyArray<number>, q: number): string =>
  ([...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? 0).toFixed(3)

for (const { name, pairs: given } of sets) {
  const { pairs, same, rows } = await Effect.runPromise(calibrate(given))
  const row = rows.find(({ threshold }) => threshold === 0.7)
  say(`${name}: ${pairs} pairs, ${same} the same; at 0.7 ${JSON.stringify(row)}`)
}

const verbs = "open close clean paint move repair wash store lift weigh".split(" ")
const things = "door window table chair lamp shelf drawer carpet mirror clock".split(" ")
const places = "kitchen office garage attic cellar garden hall studio barn shop".split(" ")
const prompts = verbs.flatMap((verb) =>
  things.flatMap((thing) =>
    places.flatMap((place) =>
      Array.from({ length: 10 }, (_, i) => `How do I ${verb} the ${thing} ${i} in the ${place}?`),
    ),
  ),
)
const answer: LlmResponse = {
  content: [{ type: "text", text: "answer" }],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "m",
  provider: "p",
  route: { candidates: [], strategy: "", reasons: [], attempts: [], decisions: [] },
}
const context: CallContext = {
  id: "measure",
  operation: "generate",
  contract: undefined,
  tenant: undefined,
  tags: {},
  elapsedMs: () => 0,
  remainingMs: () => Infinity,
  routes: {},
  providers: { get: () => undefined, all: [] },
  catalog: { describe: () => undefined },
  depth: 0,
  decide: () => undefined,
  warn: () => undefined,
  ask: () => Effect.never,
}
const request = (prompt: string) =>
  ({ model: "p/m", messages: [{ role: "user", content: [{ type: "text", text: prompt }] }] }) as const

const measured = Effect.gen(function* () {
  const embedder = cachedEmbedder(conceptEmbedder, { capacity: 50_000 })
  const store = yield* makeExactStore()
  const cache = makeSemanticCache({
    inner: makeOwnCache({ maxEntries: 20_000, ttlMs: 1e9, shared: false }),
    store,
    embedder,
    threshold: 0.7,
    walls: { classes: {}, shared: false },
    candidates: 8,
    maxPrompts: 20_000,
    patienceMs: 1000,
    judge: undefined,
  })
  for (const [i, prompt] of prompts.entries()) yield* cache.store(`k${i}`, answer, request(prompt), context)
  const asked = prompts
    .filter((_, i) => i % 7 === 0)
    .map((prompt) => prompt.replace("How do I", "What is the best way to"))
  yield* embedder.embed(asked)
  for (const [name, texts] of [
    ["hits", asked],
    ["misses", prompts.filter((_, i) => i % 9 === 0).map((prompt) => prompt.replace("How do I", "Why should I"))],
  ] as const) {
    yield* embedder.embed(texts)
    const times: Array<number> = []
    let found = 0
    for (const text of texts.slice(0, 400)) yield* cache.lookup("none", request(text), context)
    const busy: Array<number> = []
    const scans: Array<number> = []
    const [space] = yield* store.namespaces
    for (const text of texts) {
      const cpu = process.cpuUsage()
      const start = performance.now()
      const hit = yield* cache.lookup("none", request(text), context)
      times.push(performance.now() - start)
      const { user, system } = process.cpuUsage(cpu)
      busy.push((user + system) / 1000)
      if (hit !== undefined) found++
      const vector = yield* embedOne(embedder, text)
      const began = performance.now()
      yield* store.query({ namespace: space?.name ?? "", stamp: stampOf(embedder), vector, k: 8 })
      scans.push(performance.now() - began)
    }
    say(`  CPU time p50 ${quantile(busy, 0.5)} ms, p99 ${quantile(busy, 0.99)} ms`)
    say(`  a plain scan of the vectors p50 ${quantile(scans, 0.5)} ms, p99 ${quantile(scans, 0.99)} ms`)
    say(
      `look-up among ${prompts.length}, ${name}: ${found} of ${texts.length} found, p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms`,
    )
  }
})
await Effect.runPromise(measured)

const begin = performance.now()
for (let i = 1; i < prompts.length; i++) guard(prompts[i - 1] ?? "", prompts[i] ?? "")
say(`a comparison by the guard: ${(((performance.now() - begin) / prompts.length) * 1000).toFixed(0)} us`)
const embedBegin = performance.now()
Effect.runSync(conceptEmbedder.embed(prompts))
say(`an embedding: ${(((performance.now() - embedBegin) / prompts.length) * 1000).toFixed(0)} us`)
const huge = "word ".repeat(4_000_000)
const hugeBegin = performance.now()
guard(`${huge}a`, `${huge}b`)
say(`two prompts of 20 MB: ${(performance.now() - hugeBegin).toFixed(2)} ms`)
