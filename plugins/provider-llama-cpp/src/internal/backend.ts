import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as NodeLlamaCpp from "node-llama-cpp"
import { fromLibrary } from "./errors.ts"
import type { Gpu, LlamaInstance } from "./models.ts"

export type Library = typeof NodeLlamaCpp

/** The plugin's options let only such an instance through. */
const asLlama = (given: LlamaInstance) => given as NodeLlamaCpp.Llama

/** The library with its native code loaded. */
export interface Backend {
  readonly library: Library
  readonly llama: NodeLlamaCpp.Llama
  /** What the native code complained of last. */
  readonly lastComplaint: () => string | undefined
}

/** The package is looked for only here: who composes the plugin and never calls it needs none. */
export const importLibrary: Effect.Effect<Library, LlmError> = Effect.tryPromise({
  try: () => import("node-llama-cpp"),
  catch: (error) => fromLibrary(error),
})

/** The line that says most: what comes after it only repeats that it failed. */
const telling = /error loading model: (.*)/

/**
 * How long to wait for the native code to let go. After a load that failed it never does: the library keeps count of that
 * model until it is garbage. Nothing is left running then, only the code is left loaded.
 */
const patience = "1 second"

/**
 * Loads the native code, which must be there: nothing is built and nothing is downloaded. Its log is kept for error
 * messages and not printed - but the library has one log for the process, and to hand it from one instance to the next
 * fails: where another instance was opened before, the native code may write its errors to stderr, and they are then
 * missing here. `given` is an instance of the user's own, which is left open.
 */
export const makeBackend = Effect.fnUntraced(function* (
  gpu: Gpu,
  given: LlamaInstance | undefined,
): Effect.fn.Return<Backend, LlmError, Scope.Scope> {
  const library = yield* importLibrary
  if (given !== undefined) return { library, llama: asLlama(given), lastComplaint: () => undefined }
  let complaint: string | undefined
  const logger = (_level: string, message: string) => {
    complaint = telling.exec(message)?.[1] ?? complaint
  }
  const { error: logLevel } = library.LlamaLogLevel
  const llama = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => library.getLlama({ gpu, build: "never", skipDownload: true, progressLogs: false, logLevel, logger }),
      catch: (error) => fromLibrary(error),
    }),
    (made) => Effect.timeoutOption(Effect.interruptible(Effect.promise(() => made.dispose())), patience),
  )
  return { library, llama, lastComplaint: () => complaint }
})
