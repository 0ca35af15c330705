import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { note } from "./output.ts"

/** Warnings of the libraries go to stderr, as everything that is not the answer. */
export const logging = Logger.layer([
  Logger.make(({ message }) => note(Array.isArray(message) ? message.join(" ") : String(message))),
])

/** Runs what a library gives, within a command. */
export const run = <A, E>(effect: Effect.Effect<A, E>, signal: AbortSignal): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, logging), { signal })
