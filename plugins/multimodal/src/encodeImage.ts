import type { FilePart, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { ImageLimits } from "./ImageLimits.ts"
import type { Detail } from "./imageTokens.ts"
import type { ImageFormat } from "./internal/compress.ts"
import type { Decoder } from "./internal/decoder.ts"
import type { Fitted } from "./internal/fit.ts"
import { imagePart, targetOf } from "./internal/imagePart.ts"
import type { LoadOptions, MediaInput } from "./internal/load.ts"
import { promised } from "./internal/promised.ts"
import { withLoaded } from "./internal/withLoaded.ts"

/** All optional. Sizes in bytes, times in ms. */
export interface ImageOptions extends LoadOptions {
  /** What to fit to: `"openai/gpt-5.4"`, or the vendor's own name. Default: 1568 pixels, 3.75 MB. */
  readonly model?: string | undefined
  /** Limits of your own instead of the model's documented ones. */
  readonly limits?: ImageLimits | undefined
  /** How closely the model is asked to look; default `auto`. It decides how large an image is sent, where the vendor has it. */
  readonly detail?: Detail | undefined
  /** Images in the same request: some vendors allow each less then. Default 1. */
  readonly images?: number | undefined
  /** Largest file, before base64. */
  readonly maxBytes?: number | undefined
  /** Most input tokens. Has no effect for models without a published formula. */
  readonly maxTokens?: number | undefined
  /** Structural similarity (SSIM, 0 to 1) that compression must keep with the image at the size that is sent. Default 0.95. */
  readonly ssim?: number | undefined
  readonly format?: ImageFormat | undefined
  /** Images of more pixels are not decoded, against decompression bombs. Default 100 million. */
  readonly maxPixels?: number | undefined
  /** Decoders of your own, by media type: `{ "image/heic": … }`. */
  readonly decoders?: Readonly<Record<string, Decoder>> | undefined
  /** For one of your decoders, in ms. Default 30,000. It is left behind then: one that never yields cannot be stopped. */
  readonly decoderTimeoutMs?: number | undefined
  readonly filename?: string | undefined
}

export interface ImageInfo extends Omit<Fitted, "bytes"> {
  /** Of the file, before base64. */
  readonly bytes: number
}

export interface EncodedImage {
  /** For a message's content; its source is base64. */
  readonly part: FilePart
  readonly info: ImageInfo
}

/**
 * An image as a `file` part, fitted to the model that gets it: see `encodeImage`, of which this is the Effect.
 *
 * In the whole process two images are worked on at a time, so that a batch needs no more memory than a few of them: start
 * as many as you like.
 */
export const encodeImageEffect = Effect.fn("Multimodal.encodeImage")(function* (
  input: MediaInput,
  options: ImageOptions = {},
): Effect.fn.Return<EncodedImage, LlmError> {
  const target = yield* targetOf(options)
  return yield* withLoaded(input, options, (loaded) => imagePart(loaded, target, options))
})

/**
 * An image (path, URL, bytes or `Blob`) as a `file` part for a message, fitted to the model that gets it.
 *
 * PNG, JPEG, GIF and WebP that fit are sent as they are, only without EXIF, XMP and comments; the others, files of these
 * formats that are not built exactly as the format says, and AVIF, TIFF and BMP are decoded, turned upright, shrunk to the size at which the model looks at them, and compressed as far as
 * `ssim` allows. The type is told from the content, never from the name.
 *
 * Rejects with an `LlmError`: `InvalidRequest` (not found, a directory, empty, damaged, no image, too many pixels or bytes, a
 * private URL, SVG, a budget that cannot be met), `Unsupported` (HEIC without a decoder), `Network` or `Timeout` for a URL.
 * Its message names the path or URL and what to do. After an abort it rejects with the signal's own reason.
 */
export const encodeImage = (
  input: MediaInput,
  options: ImageOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<EncodedImage> => promised(encodeImageEffect(input, options), options.signal)
