// A program where the package `usearch` cannot be found, or fails in what it is told: prints what a store finds and warns of.
import { registerHooks } from "node:module"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

const [fails = "missing"] = process.argv.slice(2)
const stub = new URL("./failingUsearch.ts", import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier !== "usearch" || context.parentURL?.startsWith(stub) === true) return next(specifier, context)
    return next(fails === "missing" ? "usearch-is-not-installed" : `${stub}?${fails}`, context)
  },
})
const { makeMemoryStore } = await import("../src/index.ts")

const stamp = { id: "test/missing", version: "1", dimensions: 2 }
const warnings: Array<unknown> = []
const program = Effect.gen(function* () {
  const store = yield* makeMemoryStore({ approximate: "always" })
  for (const namespace of ["one", "two"]) {
    const records = Array.from({ length: 1000 }, (_, i) => ({ id: `r${i}`, vector: new Float32Array([1000 - i, i]) }))
    yield* store.upsert({ namespace, stamp, records })
    yield* Effect.all([store.settled, store.settled, store.settled], { concurrency: 3 })
  }
  const ask = store.query({ namespace: "two", stamp, vector: new Float32Array([1, 0]), k: 1 })
  if (fails !== "remove") yield* ask
  yield* store.delete({ namespace: "two", ids: ["r5"] })
  yield* store.settled
  return yield* ask
})
const listening = Logger.layer([Logger.make(({ message }) => void warnings.push(message))])
const found = await Effect.runPromise(Effect.provide(Effect.scoped(program), listening))
console.log(JSON.stringify({ found: found.map(({ id }) => id), warnings }))
