// A process of its own: puts documents into FILE until that fails, and prints what happened and what is there then.
import { isLlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeSqliteStore } from "../src/index.ts"
import { chunksOf, documentOf } from "./documents.ts"

let put = 0
const run = Effect.gen(function* () {
  const store = yield* makeSqliteStore({ file: process.env.FILE ?? "" })
  const filling = Effect.gen(function* () {
    while (put < 5000) {
      yield* store.upsert(documentOf(`d${put}`, 39))
      put++
    }
  })
  const { message, reason } = yield* Effect.flip(filling)
  const listed = yield* Stream.runCollect(store.list())
  const counts = new Map<unknown, number>()
  for (const { metadata } of listed) counts.set(metadata.documentId, 1 + (counts.get(metadata.documentId) ?? 0))
  const halves = [...counts.values()].filter((chunks) => chunks !== chunksOf(39)).length
  return { put, message, reason: reason._tag, documents: counts.size, halves }
})

const said = await Effect.runPromise(
  Effect.catch(Effect.scoped(run), (error) =>
    Effect.succeed(
      isLlmError(error) ? { message: error.message, reason: error.reason._tag } : { message: String(error) },
    ),
  ),
)
process.stdout.write(JSON.stringify(said))
