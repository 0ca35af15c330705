import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Memory } from "./Memory.ts"

/** The work that is done behind upserts. */
export interface Background {
  /** There may be something to do. */
  readonly wake: Effect.Effect<void>
  /** Ends when nothing waits any more. */
  readonly settled: Effect.Effect<void>
}

/** Loads the library where a namespace is large enough. */
export const withLibrary = (memory: Memory): Effect.Effect<void> =>
  Effect.match(
    Effect.tryPromise(() => import("usearch")),
    {
      onSuccess: (usearch) => memory.useUsearch(usearch),
      onFailure: ({ cause: thrown }) =>
        memory.giveUp(
          `has no approximate indexes, as the package "usearch" cannot be loaded: install it, or set approximate: "never". ` +
            messageOf(thrown),
        ),
    },
  )

/** Works in slices of a few ms; between two of them everything else has its turn. Logs once what has gone wrong. */
const drain = (memory: Memory): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      if (memory.wantsUsearch) yield* withLibrary(memory)
      const more = memory.step()
      if (memory.untold) {
        memory.untold = false
        yield* Effect.logWarning(
          `@switchyard/rag-store-memory compares every vector with each query from here on. It ${memory.trouble}`,
        )
      }
      if (!more) return
      yield* Effect.yieldNow
    }
  })

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

/** Begins the work, which ends with the scope. */
export const makeBackground = Effect.fnUntraced(function* (memory: Memory) {
  const latch = yield* Latch.make(false)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(latch.await, Effect.andThen(latch.close, drain(memory)))))
  const background: Background = { wake: Effect.asVoid(latch.open), settled: drain(memory) }
  return background
})
