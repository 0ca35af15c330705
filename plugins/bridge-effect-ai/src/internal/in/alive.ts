import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fromDefect } from "./errors.ts"

/** Runs a model's code: what it throws or dies of is a failure that names the model, and no mistake of the bridge. */
export const alive = <A, E, R>(
  id: string,
  model: string,
  run: () => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | LlmError, R> =>
  Effect.catchDefect(Effect.suspend(run), (defect) => Effect.fail(fromDefect(id, model, defect)))

/** The same of a stream. */
export const aliveStream = <A, E, R>(
  id: string,
  model: string,
  run: () => Stream.Stream<A, E, R>,
): Stream.Stream<A, E | LlmError, R> =>
  Stream.catchDefect(Stream.suspend(run), (defect) => Stream.fail(fromDefect(id, model, defect)))
