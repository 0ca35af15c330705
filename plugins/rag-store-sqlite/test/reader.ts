// A process of its own: counts the records of FILE by a search each time that a line comes in, and says how many, or the error.
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeSqliteStore } from "../src/index.ts"

const run = Effect.gen(function* () {
  const store = yield* makeSqliteStore({ file: process.env.FILE ?? "" })
  const counted = store.search({ text: "chunk", k: 1000 }).pipe(
    Effect.map((found) => String(found.length)),
    Effect.catch(({ reason, message }) => Effect.succeed(`${reason._tag} ${message}`)),
  )
  const lines = Stream.fromAsyncIterable(createInterface({ input: process.stdin }), () => "no line")
  yield* Stream.runForEach(lines, () =>
    Effect.map(counted, (said) => {
      process.stdout.write(`${said}\n`)
    }),
  )
})

await Effect.runPromise(
  Effect.catch(Effect.scoped(run), (error) =>
    Effect.sync(() => {
      process.stdout.write(typeof error === "string" ? error : `${error.reason._tag} ${error.message}\n`)
    }),
  ),
)
