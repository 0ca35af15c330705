import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/** How long what is late may take to stop: longer than a server that answers needs. */
const patience = "250 millis"

/**
 * Bounds work by the clock. What is late is stopped, and where that takes long, behind the caller's back: the driver waits 5 s
 * for a server that hangs to say that a statement was cancelled. Who interrupts it waits until nothing of it runs.
 */
export const within =
  <E2>(ms: number, late: () => E2) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.forkDetach(work, { startImmediately: true }), (fiber) =>
        restore(Effect.timeoutOption(Fiber.await(fiber), ms)).pipe(
          Effect.onInterrupt(() => Fiber.interrupt(fiber)),
          Effect.flatMap(
            Option.match({
              onSome: (exit): Effect.Effect<A, E | E2> => exit,
              onNone: () => {
                fiber.interruptUnsafe()
                const stopped = Effect.timeoutOption(Fiber.await(fiber), patience)
                return Effect.flatMap(stopped, () => Effect.fail(late()))
              },
            }),
          ),
        ),
      ),
    )
