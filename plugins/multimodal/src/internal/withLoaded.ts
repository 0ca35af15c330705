import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { load, type Loaded, type LoadOptions, type MediaInput } from "./load.ts"
import { withPermit } from "./pixels.ts"

/** Downloads at a time, in the whole process: a URL's content is held from its first byte until it has been used. */
const downloads = Semaphore.makeUnsafe(8)

const isRemote = (input: MediaInput): boolean =>
  (typeof input === "string" || input instanceof URL) && /^https?:/i.test(String(input))

/** Loads a URL and uses it; slow servers hold up only other downloads. */
export const withDownload = <A>(
  url: MediaInput,
  options: LoadOptions,
  use: (loaded: Loaded) => Effect.Effect<A, LlmError>,
): Effect.Effect<A, LlmError> => downloads.withPermit(Effect.flatMap(load(url, options), use))

/** Loads the input and uses it, under the permit of the work: files are read under it, URLs before. */
export const withLoaded = <A>(
  input: MediaInput,
  options: LoadOptions,
  use: (loaded: Loaded) => Effect.Effect<A, LlmError>,
): Effect.Effect<A, LlmError> =>
  isRemote(input)
    ? withDownload(input, options, (loaded) => withPermit(use(loaded)))
    : withPermit(Effect.flatMap(load(input, options), use))
