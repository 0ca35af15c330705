import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { EncodedImage, ImageOptions } from "../encodeImage.ts"
import { imageLimits, type ImageLimits } from "../ImageLimits.ts"
import { fit, type Target } from "./fit.ts"
import { type Loaded, wrongNumber } from "./load.ts"
import { release } from "./pixels.ts"
import { refused } from "./refusals.ts"

/** Where no model is named: what OpenAI and Anthropic both take, at a size that neither shrinks much. */
const anyVendor: ImageLimits = {
  formats: ["image/png", "image/jpeg", "image/webp", "image/gif"],
  animated: "first-frame",
  maxSide: 1568,
  maxBytes: 3_750_000,
  maxRequestBytes: 22_500_000,
}

const wrongOption = (options: ImageOptions): LlmError | undefined => {
  const { ssim, maxBytes, maxTokens, images, maxPixels, maxInputBytes, fetchTimeoutMs, decoderTimeoutMs } = options
  if (ssim !== undefined && !(ssim >= 0 && ssim <= 1)) return refused("ssim", `is ${ssim}; give a number from 0 to 1`)
  return wrongNumber({ maxBytes, maxTokens, images, maxPixels, maxInputBytes, fetchTimeoutMs, decoderTimeoutMs })
}

/** Fails with `InvalidRequest` for an option that makes no sense. */
export const targetOf = (options: ImageOptions): Effect.Effect<Target, LlmError> => {
  const wrong = wrongOption(options)
  if (wrong !== undefined) return Effect.fail(wrong)
  const { model } = options
  return Effect.succeed({
    model,
    limits: options.limits ?? (model === undefined ? anyVendor : imageLimits(model)),
    detail: options.detail ?? "auto",
    images: options.images ?? 1,
    maxBytes: options.maxBytes,
    maxTokens: options.maxTokens,
    ssim: options.ssim ?? 0.95,
    format: options.format ?? "auto",
  })
}

export const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64")

export const imagePart = (
  loaded: Loaded,
  target: Target,
  options: ImageOptions,
): Effect.Effect<EncodedImage, LlmError> =>
  Effect.map(fit(loaded.bytes, loaded.what, target, options), (fitted) => {
    const { bytes, mediaType } = fitted
    const size = bytes.length
    const filename = options.filename ?? loaded.filename
    const source = { type: "base64", base64: base64Of(bytes) } as const
    if (bytes !== loaded.bytes) release(bytes)
    if (loaded.owned === true) release(loaded.bytes)
    return {
      part: { type: "file", mediaType, source, ...(filename === undefined ? {} : { filename }) },
      info: { ...fitted, bytes: size },
    }
  })
