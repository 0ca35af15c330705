// A bridge: what callers give back as a value, a promise or an effect becomes an effect.
import * as Effect from "effect/Effect"

/** What code of the caller's may return. */
export type Settled<X> = X extends Effect.Effect<infer A, infer _E, infer _R> ? A : Awaited<X>
/** What it needs. */
export type Needs<X> = X extends Effect.Effect<infer _A, infer _E, infer R> ? R : never

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"

/** Runs the caller's code. What it throws, rejects or fails with is the failure; what dies, dies as a failure too. */
export const settle = <X>(run: () => X): Effect.Effect<Settled<X>, unknown, Needs<X>> =>
  Effect.suspend((): Effect.Effect<unknown, unknown, unknown> => {
    try {
      const given: unknown = run()
      if (Effect.isEffect(given)) return Effect.catchDefect(given, Effect.fail)
      return isPromise(given)
        ? Effect.callback(
            (resume) =>
              void given.then(
                (value) => resume(Effect.succeed(value)),
                (error) => resume(Effect.fail(error)),
              ),
          )
        : Effect.succeed(given)
    } catch (error) {
      return Effect.fail(error)
    }
  }) as Effect.Effect<Settled<X>, unknown, Needs<X>>
