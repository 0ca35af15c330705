import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Sharp } from "sharp"
import { type Decoded, loadSharp, lying, release, step, upright, uprightSize } from "./pixels.ts"
import { refused } from "./refusals.ts"
import { fitsPalette, isFlat, isTransparent, sampleOf } from "./sample.ts"
import { ssim } from "./ssim.ts"

/** `auto`: JPEG for photographs, lossless WebP or PNG for drawings and screenshots, WebP where there is transparency. */
export type ImageFormat = "auto" | "jpeg" | "png" | "webp"

export interface CompressOptions {
  /** Media types that may be sent. */
  readonly formats: ReadonlyArray<string>
  readonly format: ImageFormat
  /** Structural similarity with the pixels before compression that must be kept. */
  readonly ssim: number
  /** Was it JPEG before? Then it is a photograph, or bears JPEG's marks like one. */
  readonly photo: boolean
}

export interface Compressed {
  readonly bytes: Uint8Array
  readonly mediaType: string
  /** Measured on the result. */
  readonly ssim: number
}

/** JPEG and WebP qualities that are tried. */
const qualities = [35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 98, 100]

/** Brightness alone, over mid-grey where it is transparent: both sides of a comparison are made alike. */
const greyOf = (image: Sharp): Promise<Buffer> => image.flatten({ background: "#808080" }).greyscale().raw().toBuffer()

type Encode = (image: Sharp, quality: number) => Sharp

/**
 * Not mozjpeg: at equal SSIM its files are not smaller (measured, 1.2 and 2.5 megapixels), and it takes eight times as long.
 */
const jpeg: Encode = (image, quality) => image.removeAlpha().jpeg({ quality })
/** Effort 2 of 6: twice as fast as the default, for files as small (measured). */
const webp: Encode = (image, quality) => image.webp({ quality, effort: 2 })

/**
 * The smallest file that keeps at least the asked similarity: for lossy formats the lowest quality that does, searched on a
 * sample and proven on the whole; lossless where that suits the image, or where no quality is good enough.
 */
export const compress = Effect.fnUntraced(function* (
  what: string,
  given: Decoded,
  options: CompressOptions,
): Effect.fn.Return<Compressed, LlmError> {
  const exactly = options.formats.includes("image/png") || options.formats.includes("image/webp")
  const format = options.format === "auto" && !exactly ? "jpeg" : options.format
  const through = isTransparent(given)
  const pixels = through && format === "jpeg" ? yield* flattened(what, given) : given
  const transparent = through && format !== "jpeg"
  if (format === "jpeg") {
    const found = yield* atLowestQuality(what, pixels, asJpeg, options.ssim)
    const advice = "lower ssim, or leave the format to be chosen"
    return found ?? (yield* refused(what, `cannot keep a similarity (SSIM) of ${options.ssim} as JPEG; ${advice}`))
  }
  const lossy = options.ssim >= 1 ? undefined : lossyFormat(options, transparent)
  const drawn = lossy === undefined || (!options.photo && format === "auto" && isFlat(pixels))
  const exact = drawn ? yield* lossless(what, pixels, options, transparent) : undefined
  // Half a byte a pixel: below that nothing lossy is worth the loss.
  const small = exact !== undefined && exact.bytes.length <= (pixels.width * pixels.height) / 2
  if (exact !== undefined && (small || lossy === undefined)) return exact
  const found = lossy === undefined ? undefined : yield* atLowestQuality(what, pixels, lossy, options.ssim)
  if (found === undefined) return exact ?? (yield* lossless(what, pixels, options, transparent))
  return exact !== undefined && exact.bytes.length <= found.bytes.length ? exact : found
})

/** On white, as transparent images are mostly drawn to be seen. */
const flattened = (what: string, pixels: Decoded): Effect.Effect<Decoded, LlmError> =>
  Effect.flatMap(loadSharp, (sharp) =>
    Effect.map(
      step(what, () => lying(sharp, pixels).flatten({ background: "#ffffff" }).raw().toBuffer()),
      (data) => ({ ...pixels, data, channels: pixels.channels === 2 ? 1 : 3 }),
    ),
  )

interface Lossy {
  readonly mediaType: string
  readonly encode: Encode
}

const asJpeg: Lossy = { mediaType: "image/jpeg", encode: jpeg }
const asWebp: Lossy = { mediaType: "image/webp", encode: webp }

const lossyFormat = ({ format, formats }: CompressOptions, transparent: boolean): Lossy | undefined => {
  if (format === "png") return undefined
  if (format === "webp") return asWebp
  if (!transparent && formats.includes("image/jpeg")) return asJpeg
  return formats.includes("image/webp") ? asWebp : undefined
}

const lossless = Effect.fnUntraced(function* (
  what: string,
  pixels: Decoded,
  { format, formats }: CompressOptions,
  transparent: boolean,
): Effect.fn.Return<Compressed, LlmError> {
  const sharp = yield* loadSharp
  const image = () => (transparent ? upright(sharp, pixels) : upright(sharp, pixels).removeAlpha())
  const inWebp = format === "webp" || (format === "auto" && formats.includes("image/webp"))
  if (inWebp) {
    const bytes = yield* step(what, () => image().webp({ lossless: true, effort: 2 }).toBuffer())
    return { bytes, mediaType: "image/webp", ssim: 1 }
  }
  const png = (palette: boolean) =>
    step(what, () =>
      image()
        .png({ compressionLevel: 9, ...(palette ? { palette, dither: 0 } : {}) })
        .toBuffer(),
    )
  if (fitsPalette(pixels)) {
    const bytes = yield* png(true)
    const [before, after] = yield* step(what, () => Promise.all([greyOf(upright(sharp, pixels)), greyOf(sharp(bytes))]))
    // The palette is made by a quantiser, which may still take two close colours for one.
    if (before.equals(after)) return { bytes, mediaType: "image/png", ssim: 1 }
  }
  return { bytes: yield* png(false), mediaType: "image/png", ssim: 1 }
})

/** Halves the list of qualities on the sample, then goes up from there until the whole image keeps the similarity. */
const atLowestQuality = Effect.fnUntraced(function* (
  what: string,
  pixels: Decoded,
  { mediaType, encode }: Lossy,
  floor: number,
) {
  const sharp = yield* loadSharp
  const attempt = (of: Decoded, reference: Uint8Array, quality: number) =>
    step(what, async () => {
      const { width, height } = uprightSize(of)
      const bytes = await encode(upright(sharp, of), quality).toBuffer()
      const grey = await greyOf(sharp(bytes))
      const reached = ssim(reference, grey, width, height)
      release(grey)
      return { bytes, mediaType, ssim: reached }
    })
  const sample = sampleOf(pixels)
  const sampled = yield* step(what, () => greyOf(upright(sharp, sample)))
  let low = 0
  let high = qualities.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { bytes, ssim: reached } = yield* attempt(sample, sampled, qualities[middle] ?? 100)
    release(bytes)
    if (reached >= floor) high = middle
    else low = middle + 1
  }
  if (sample !== pixels) [sample.data, sampled].forEach(release)
  const whole = sample === pixels ? sampled : yield* step(what, () => greyOf(upright(sharp, pixels)))
  for (const quality of qualities.slice(Math.min(low, qualities.length - 1))) {
    const found: Compressed = yield* attempt(pixels, whole, quality)
    if (found.ssim >= floor) {
      release(whole)
      return found
    }
    release(found.bytes)
  }
  return undefined
})
