import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

/**
 * Makes a resource when it is first asked for, once: callers that come meanwhile wait for the same one, and one that
 * leaves does not stop it. It lives as long as `scope`, and closes before what it `needs`. A failure is forgotten and
 * what it had acquired is released, so that the next caller tries again.
 */
export const shared = <N, A, E>(
  scope: Scope.Scope,
  needs: Effect.Effect<N, E>,
  make: (needed: N) => Effect.Effect<A, E, Scope.Scope>,
): Effect.Effect<A, E> => {
  let current: Deferred.Deferred<A, E> | undefined
  const begin = (needed: N): Effect.Effect<Deferred.Deferred<A, E>> => {
    if (current !== undefined) return Effect.succeed(current)
    const made = Deferred.makeUnsafe<A, E>()
    current = made
    // First the scope and then the fiber: a scope closes in reverse, so the making stops before what it made is released.
    return Effect.flatMap(Scope.fork(scope), (own) => {
      const settled = Effect.onExit(Scope.provide(make(needed), own), (exit) => {
        if (Exit.isSuccess(exit)) return Deferred.done(made, exit)
        current = undefined
        return Effect.andThen(Scope.close(own, exit), Deferred.done(made, exit))
      })
      return Effect.as(Effect.forkIn(Effect.exit(settled), scope), made)
    })
  }
  return Effect.flatMap(
    Effect.suspend(() =>
      current === undefined
        ? Effect.flatMap(needs, (needed) => Effect.uninterruptible(Effect.suspend(() => begin(needed))))
        : Effect.succeed(current),
    ),
    Deferred.await,
  )
}
