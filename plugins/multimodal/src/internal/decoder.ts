import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Pixels } from "./bmp.ts"
import { refused } from "./refusals.ts"

/**
 * A decoder of your own for a format that this build of sharp has none for. RGBA (4 channels) or RGB (3), 8 bits each. The
 * signal fires when its time is up or the caller gives up; nobody waits for it then, so it should stop.
 */
export type Decoder = (bytes: Uint8Array, signal: AbortSignal) => Promise<Pixels>

export const defaultDecoderTimeoutMs = 30_000

export interface DecoderLimits {
  readonly timeoutMs: number
  readonly maxPixels: number
}

export const pixelLimit =
  "has more pixels than are decoded; raise maxPixels if it is meant to be so large, or shrink it"

const isSide = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1

/** What is wrong with it, however it claims to be typed; `undefined` when nothing is. */
const problemOf = (pixels: Partial<Pixels> | null | undefined, maxPixels: number): string | undefined => {
  const { data, width, height, channels } = pixels ?? {}
  const isBytes = data instanceof Uint8Array || Object.prototype.toString.call(data) === "[object Uint8ClampedArray]"
  if (data === undefined || !isBytes || !isSide(width) || !isSide(height) || ![1, 2, 3, 4].includes(channels ?? 0)) {
    return "its decoder gave no pixels; it must give { data: Uint8Array, width, height, channels: 1 to 4 }"
  }
  const area = Number(width) * Number(height)
  if (area > maxPixels) return pixelLimit
  return data.length === area * Number(channels)
    ? undefined
    : `its decoder gave ${data.length} bytes for ${width} x ${height} x ${channels}`
}

/**
 * Pixels by a decoder that is not ours, within a time: one that never ends is left behind, so that it does not keep the
 * others from their turn.
 */
export const decodedBy = (
  decoder: Decoder,
  bytes: Uint8Array,
  what: string,
  { timeoutMs, maxPixels }: DecoderLimits,
): Effect.Effect<Pixels, LlmError> => {
  const late = `could not be decoded by the given decoder within ${timeoutMs} ms; raise decoderTimeoutMs, or convert it first`
  return Effect.tryPromise({
    // A decoder may throw before there is a promise.
    try: async (signal) => decoder(bytes, signal),
    catch: (error) => refused(what, `could not be decoded by the given decoder (${String(error)})`),
  }).pipe(
    Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.fail(refused(what, late)) }),
    Effect.flatMap((pixels) => {
      const problem = problemOf(pixels, maxPixels)
      return problem === undefined ? Effect.succeed(pixels) : Effect.fail(refused(what, problem))
    }),
  )
}
