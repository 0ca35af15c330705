// A program on a small disk of its own, which it fills and then makes larger: prints what became of its store.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { makePostgresStore } from "../src/index.ts"
import { numbers, vectorOf } from "./vectors.ts"

const [place = ""] = process.argv.slice(2)
execFileSync("mount", ["-t", "tmpfs", "-o", "size=60m", "none", place])
const random = numbers(7)
const stamp = { id: "test/any", version: "1", dimensions: 64 }
const size = 300
// Its log is what does not fit at last, so that Postgres itself ends.
const records = (batch: number) =>
  Array.from({ length: size }, (_, i) => ({
    id: `${batch}/${i}`,
    vector: vectorOf(random, stamp.dimensions),
    payload: Array.from({ length: 300 }, random),
  }))
const opened = <A, E>(use: (store: Effect.Success<ReturnType<typeof makePostgresStore>>) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(makePostgresStore({ url: join(place, "store") }), use))

const filled = opened((store) =>
  Effect.gen(function* () {
    for (let batch = 0; ; batch++) {
      const written = yield* Effect.result(store.upsert({ stamp, records: records(batch) }))
      if (Result.isSuccess(written)) continue
      const next = yield* Effect.flip(store.count())
      return { batch, error: written.failure, next }
    }
  }),
)
const { batch, error, next } = await Effect.runPromise(filled)
execFileSync("mount", ["-o", "remount,size=200m", place])
const there = await Effect.runPromise(opened((store) => store.count()))
const said = [error, next].map(({ reason }) => [reason._tag, reason.message])
console.log(JSON.stringify({ whole: there === size * batch, said }))
