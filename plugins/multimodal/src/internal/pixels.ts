import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Sharp, SharpOptions } from "sharp"
import { bmpProblem, decodeBmp, type Pixels, readBmpHeader } from "./bmp.ts"
import { decodedBy, type Decoder, defaultDecoderTimeoutMs, pixelLimit } from "./decoder.ts"
import { refused, unsupported } from "./refusals.ts"
import type { Size } from "./Size.ts"

export type SharpModule = (typeof import("sharp"))["default"]

const load = async (): Promise<SharpModule> => {
  const { default: sharp } = await import("sharp")
  // Its cache of finished operations never helps here and holds 50 MB. A program that has set it itself keeps its setting.
  const { memory, files, items } = sharp.cache()
  if (memory.max === 50 && files.max === 20 && items.max === 100) sharp.cache(false)
  return sharp
}

/** On first use: composing a stack with this plugin costs nothing. */
export const loadSharp: Effect.Effect<SharpModule, LlmError> = Effect.tryPromise({
  try: load,
  catch: (error) =>
    unsupported(
      "@switchyard/multimodal",
      "images",
      `sharp could not be loaded (${error instanceof Error ? error.message.split("\n", 1)[0] : "unknown"}); install it for this platform`,
      "none",
    ),
})

/**
 * Two images are worked on at a time, in the whole process, and of large ones one is compressed: each holds its file and
 * its decoded pixels, so this bounds memory. Files are read inside the permit, too.
 */
const permits = Semaphore.makeUnsafe(2)
const largePermit = Semaphore.makeUnsafe(1)
const hugePermit = Semaphore.makeUnsafe(1)

/** Pixels that are sent, not those of the file. Models with high resolution get large ones. */
const largePixels = 1_500_000
const hugePixels = 3_000_000

export const withPermit = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  permits.withPermit(effect)

const above =
  (limit: number, permit: Semaphore.Semaphore) =>
  <A, E, R>({ width, height }: Size, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    width * height > limit ? permit.withPermit(effect) : effect

/** Inside `withPermit`, around compressing: decoding needs less, and goes on beside it. */
export const withLargePermit = above(largePixels, largePermit)

/** Inside `withPermit`, around decoding and compressing. */
export const withHugePermit = above(hugePixels, hugePermit)

/** Seconds that one native step may take. */
const stepSeconds = 30

/**
 * One native step. It cannot be stopped once begun, so interruption waits for its end: nothing runs on unseen, and the
 * memory is not given to another image before it is free.
 */
export const step = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, LlmError> =>
  Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (error) => decodeFailure(error, what) }))

const decodeFailure = (error: unknown, what: string): LlmError => {
  const text = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error)
  if (/pixel limit|too large|dimension/i.test(text)) return refused(what, `${pixelLimit} (${text})`)
  if (/timeout/i.test(text)) return refused(what, `could not be decoded within ${stepSeconds} s`)
  return refused(what, `is damaged or cut off (${text}); export it again`)
}

export const defaultMaxPixels = 100_000_000

/** An image that can be decoded, and what its header says. */
export interface Opened {
  readonly what: string
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** A fresh pipeline over the first frame. */
  readonly read: () => Sharp
  /** After EXIF orientation. */
  readonly size: Size
  /** EXIF, 1 to 8; 1 is upright. */
  readonly orientation: number
  readonly animated: boolean
  /** Colours for print: some vendors refuse them. */
  readonly cmyk: boolean
}

export interface OpenOptions {
  readonly maxPixels?: number | undefined
  readonly decoders?: Readonly<Record<string, Decoder>> | undefined
  readonly decoderTimeoutMs?: number | undefined
}

/** What sharp decodes, apart from BMP, which is decoded here. */
const decodable: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/tiff",
  "image/heic",
  "image/heif",
  "image/heic-sequence",
  "image/heif-sequence",
])

const isHeic = (mediaType: string): boolean => /^image\/hei[cf]/.test(mediaType)

/** Reads the header; decodes only what sharp cannot. Fails with what is wrong and what to do. */
export const openImage = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  mediaType: string,
  what: string,
  options: OpenOptions,
): Effect.fn.Return<Opened, LlmError> {
  const maxPixels = options.maxPixels ?? defaultMaxPixels
  const decoder = options.decoders?.[mediaType]
  if (decoder !== undefined) {
    const timeoutMs = options.decoderTimeoutMs ?? defaultDecoderTimeoutMs
    return yield* fromPixels(yield* decodedBy(decoder, bytes, what, { timeoutMs, maxPixels }), bytes, mediaType, what)
  }
  if (mediaType === "image/bmp") return yield* openBmp(bytes, what, options)
  if (!decodable.has(mediaType)) return yield* notDecodable(mediaType, what)
  const sharp = yield* loadSharp
  const settings: SharpOptions = {
    limitInputPixels: maxPixels,
    // A cut or damaged file fails; one that only raises a decoder's eyebrow does not.
    failOn: "error",
    pages: 1,
  }
  const read = () => sharp(bytes, settings).timeout({ seconds: stepSeconds })
  const header = yield* Effect.mapError(
    step(what, () => read().metadata()),
    (error) => (isHeic(mediaType) ? noHeic(mediaType, what) : error),
  )
  if (header.width * header.height > maxPixels) return yield* refused(what, pixelLimit)
  const { width, height } = header.autoOrient
  const pages = yield* framesOf(sharp, bytes, mediaType, what)
  return {
    what,
    mediaType,
    bytes,
    read,
    size: { width, height },
    orientation: header.orientation ?? 1,
    animated: pages > 1,
    cmyk: header.space === "cmyk",
  }
})

/** With `pages: 1` the header says one page: formats that can move are asked again. */
const framesOf = (sharp: SharpModule, bytes: Uint8Array, mediaType: string, what: string) =>
  mediaType === "image/gif" || mediaType === "image/webp"
    ? Effect.map(
        step(what, () => sharp(bytes, { limitInputPixels: false }).metadata()),
        ({ pages }) => pages ?? 1,
      )
    : Effect.succeed(1)

const notDecodable = (mediaType: string, what: string): LlmError =>
  mediaType.startsWith("image/")
    ? unsupported(
        what,
        mediaType,
        `is ${mediaType}, which cannot be decoded here; convert it to PNG or JPEG first`,
        "none",
      )
    : refused(what, `is ${mediaType} by its content, not an image`)

const noHeic = (mediaType: string, what: string): LlmError =>
  unsupported(
    what,
    mediaType,
    `is ${mediaType}, and this build of sharp has no HEVC decoder; convert it to JPEG first, or give a decoder in decoders["${mediaType}"]: as it is it would tell where it was taken`,
    "failover",
  )

const fromPixels = Effect.fnUntraced(function* (pixels: Pixels, bytes: Uint8Array, mediaType: string, what: string) {
  const sharp = yield* loadSharp
  const { width, height } = pixels
  const opened: Opened = {
    what,
    mediaType,
    bytes,
    read: () => lying(sharp, pixels),
    size: { width, height },
    orientation: 1,
    animated: false,
    cmyk: false,
  }
  return opened
})

const openBmp = (bytes: Uint8Array, what: string, options: OpenOptions): Effect.Effect<Opened, LlmError> => {
  const header = readBmpHeader(bytes)
  const problem = header === undefined ? "damaged" : bmpProblem(bytes, header)
  if (header === undefined || problem === "damaged") {
    return Effect.fail(refused(what, "is damaged or cut off; export it again"))
  }
  if (problem === "variant") {
    const kind = `a BMP with ${header.bits} bits a pixel and compression ${header.compression}`
    const advice = "only uncompressed ones of 24 and 32 bits are read; convert it to PNG first"
    return Effect.fail(unsupported(what, "image/bmp", `is ${kind}; ${advice}`, "none"))
  }
  if (header.width * header.height > (options.maxPixels ?? defaultMaxPixels))
    return Effect.fail(refused(what, pixelLimit))
  return Effect.suspend(() => fromPixels(decodeBmp(bytes, header), bytes, "image/bmp", what))
}

/** Decodes everything once, small: whether a file that would be sent as it is can be read to its end. */
export const verify = (opened: Opened): Effect.Effect<void, LlmError> =>
  Effect.asVoid(step(opened.what, () => opened.read().resize(8, 8, { fit: "fill" }).raw().toBuffer()))

/**
 * Decoded pixels as they lie in the file. They are turned upright by whoever reads them: turning a large image costs a
 * second copy of it, turning a shrunk one inside another step costs nothing.
 */
export interface Decoded extends Pixels {
  /** EXIF, 1 to 8. */
  readonly orientation: number
}

/**
 * Gives the memory of decoded pixels back at once: the garbage collector is in no hurry about memory outside of its heap,
 * and a batch would pile up hundreds of megabytes. Only for buffers of our own that nobody reads any more.
 */
export const release = ({ buffer, byteLength }: Uint8Array): void => {
  // `transfer` (ES2024) moves the content into a buffer of no length: the one that was is freed.
  if (buffer.byteLength === byteLength && "transfer" in buffer && typeof buffer.transfer === "function") {
    buffer.transfer(0)
  }
}

/** EXIF orientations 5 to 8 lie on their side. */
export const uprightSize = ({ width, height, orientation }: Size & { readonly orientation: number }): Size =>
  orientation >= 5 ? { width: height, height: width } : { width, height }

/** A pipeline over decoded pixels as they lie. */
export const lying = (sharp: SharpModule, { data, width, height, channels }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false })

/** A pipeline over decoded pixels, upright: orientations 2 to 8 undone. sharp mirrors first, then turns. */
export const upright = (sharp: SharpModule, pixels: Decoded): Sharp => {
  const { orientation } = pixels
  const angle = orientation === 3 ? 180 : orientation === 6 || orientation === 7 ? 90 : orientation >= 5 ? 270 : 0
  const image = angle === 0 ? lying(sharp, pixels) : lying(sharp, pixels).rotate(angle)
  if (orientation === 4) return image.flip()
  return orientation === 2 || orientation === 5 || orientation === 7 ? image.flop() : image
}

/** The first frame, in sRGB, `size` when it stands upright. */
export const pixelsOf = (opened: Opened, size: Size): Effect.Effect<Decoded, LlmError> =>
  Effect.flatMap(
    Effect.mapError(decodeAt(opened, size), (error) =>
      isHeic(opened.mediaType) ? noHeic(opened.mediaType, opened.what) : error,
    ),
    ({ data, info }) => {
      const { width, height, channels } = info
      return channels === 1 || channels === 2 || channels === 3 || channels === 4
        ? Effect.succeed({ data, width, height, channels, orientation: opened.orientation })
        : Effect.fail(unsupported(opened.what, opened.mediaType, `has ${String(channels)} channels`, "none"))
    },
  )

const decodeAt = (opened: Opened, { width, height }: Size) =>
  step(opened.what, () => {
    const lain = uprightSize({ width, height, orientation: opened.orientation })
    const whole = width === opened.size.width && height === opened.size.height
    const image = whole ? opened.read() : shrunk(opened.read(), lain)
    return image.toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true })
  })

const shrunk = (image: Sharp, { width, height }: Size): Sharp =>
  image.resize(width, height, { fit: "fill", kernel: "lanczos3" })

/** Decoded pixels, smaller: `size` when they stand upright. */
export const resizedPixels = (what: string, pixels: Decoded, size: Size): Effect.Effect<Decoded, LlmError> =>
  Effect.flatMap(loadSharp, (sharp) => {
    const lain = uprightSize({ ...size, orientation: pixels.orientation })
    const smaller = step(what, () => shrunk(lying(sharp, pixels), lain).raw().toBuffer())
    return Effect.map(smaller, (data) => ({ ...pixels, ...lain, data }))
  })
