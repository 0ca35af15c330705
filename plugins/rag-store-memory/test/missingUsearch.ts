// A program where the package `usearch` cannot be found: prints what a store finds, and what it warns of.
import { registerHooks } from "node:module"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "usearch" ? "usearch-is-not-installed" : specifier, context),
})
const { makeMemoryStore } = await import("../src/index.ts")

const stamp = { id: "test/missing", version: "1", dimensions: 2 }
const warnings: Array<unknown> = []
const program = Effect.gen(function* () {
  const store = yield* makeMemoryStore({ approximate: "always" })
  for (const namespace of ["one", "two"]) {
    const records = Array.from({ length: 100 }, (_, i) => ({ id: `r${i}`, vector: new Float32Array([100 - i, i]) }))
    yield* store.upsert({ namespace, stamp, records })
    yield* store.settled
  }
  return yield* store.query({ namespace: "two", stamp, vector: new Float32Array([1, 0]), k: 1 })
})
const listening = Logger.layer([Logger.make(({ message }) => void warnings.push(message))])
const found = await Effect.runPromise(Effect.provide(Effect.scoped(program), listening))
console.log(JSON.stringify({ found: found.map(({ id }) => id), warnings }))
