import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { ImageLimits } from "../ImageLimits.ts"
import { type Detail, imageSeen } from "../imageTokens.ts"
import { compress, type Compressed, type ImageFormat } from "./compress.ts"
import { withoutMetadata } from "./metadata.ts"
import {
  openImage,
  type Opened,
  type OpenOptions,
  pixelsOf,
  release,
  resizedPixels,
  verify,
  withHugePermit,
  withLargePermit,
} from "./pixels.ts"
import { refused } from "./refusals.ts"
import { withinBudget } from "./seenByOpenAi.ts"
import { insideBox, scaled, type Size } from "./Size.ts"
import { sniff } from "./sniff.ts"

/** What an image is fitted to. */
export interface Target {
  readonly model: string | undefined
  readonly limits: ImageLimits
  readonly detail: Detail
  /** Images in the request. */
  readonly images: number
  readonly maxBytes: number | undefined
  readonly maxTokens: number | undefined
  readonly ssim: number
  readonly format: ImageFormat
}

export interface Fitted {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly width: number
  readonly height: number
  readonly tokens: number | undefined
  /** Similarity with the image at this size before compression; 1 when nothing was compressed. */
  readonly ssim: number
  /** False: these are the very bytes that were given. */
  readonly changed: boolean
  readonly original: {
    readonly mediaType: string
    readonly width: number
    readonly height: number
    readonly bytes: number
  }
}

const tokensOf = ({ model, detail }: Target, size: Size): number | undefined =>
  model === undefined ? undefined : imageSeen({ model, ...size, detail })?.tokens

/** Within the vendor's hard limits. */
const hardSize = (size: Size, { limits, images }: Target): Size => {
  const many = limits.manyImages !== undefined && images > limits.manyImages
  const side = Math.min(limits.maxSide, (many ? limits.manySide : undefined) ?? Infinity)
  return limits.maxPatches === undefined
    ? insideBox(size, side)
    : withinBudget(size, { side, patches: limits.maxPatches })
}

/** The size to send: what the model looks at, within the hard limits and the token budget. */
const wantedSize = (opened: Opened, target: Target): Effect.Effect<Size, LlmError> => {
  const { maxTokens, model, detail } = target
  const boxed = hardSize(opened.size, target)
  const seen = model === undefined ? undefined : imageSeen({ model, ...boxed, detail })
  const start: Size = seen === undefined ? boxed : { width: seen.width, height: seen.height }
  if (maxTokens === undefined) return Effect.succeed(start)
  let best = { tokens: Infinity, size: start }
  // Formulas in tiles rise in steps and, by rounding, now and then fall: so one size after the other, not by halving.
  for (let scale = 1; ; scale *= 0.97) {
    const size = scaled(start, scale)
    const tokens = tokensOf(target, size)
    if (tokens === undefined || tokens <= maxTokens) return Effect.succeed(size)
    if (tokens < best.tokens) best = { tokens, size }
    if (size.width === 1 && size.height === 1) break
  }
  const least = `the least that ${model ?? "the model"} counts for it is ${best.tokens}`
  return Effect.fail(refused(opened.what, `cannot be fitted into ${maxTokens} tokens: ${least}; raise maxTokens`))
}

const byteLimit = ({ limits, maxBytes, images }: Target): number =>
  Math.min(maxBytes ?? Infinity, limits.maxBytes, Math.floor(limits.maxRequestBytes / Math.max(1, images)))

const same = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height

/** May the image be sent as it is, if its bytes are within the limit? */
const suits = (opened: Opened, target: Target, size: Size): boolean =>
  same(opened.size, size) &&
  opened.orientation === 1 &&
  !opened.cmyk &&
  (!opened.animated || target.limits.animated === "as-is") &&
  target.limits.formats.includes(opened.mediaType) &&
  (target.format === "auto" || opened.mediaType === `image/${target.format}`)

/** Below this longer side an image shows nothing any more: then the budget is what is wrong. */
const smallestSide = 32
/** Sizes tried for a byte budget, and the part of it with which a size is good enough. */
const triedSizes = 8
const goodEnough = 0.85

/** A scale and the bytes that the image has at it. */
interface Try extends Compressed {
  readonly scale: number
}

/** The scale at which `limit` is just met, if bytes grow with a power of the scale as between two tries. */
const nextScale = (over: Try, under: Try | undefined, limit: number): number => {
  const aim = limit * 0.95
  if (under === undefined) return over.scale * Math.min(0.9, Math.sqrt(aim / over.bytes.length))
  const power = Math.log(over.bytes.length / under.bytes.length) / Math.log(over.scale / under.scale)
  const guess = under.scale * (aim / under.bytes.length) ** (1 / Math.max(power, 0.5))
  const width = over.scale - under.scale
  return Math.min(over.scale - width * 0.1, Math.max(under.scale + width * 0.1, guess))
}

/**
 * Compressed at the wanted size; if that is too large for the budget, at the largest smaller size found that is not. Later
 * sizes are made from the pixels of the first: the file is decoded once.
 */
const reencoded = Effect.fnUntraced(function* (opened: Opened, target: Target, wanted: Size) {
  const limit = byteLimit(target)
  const { limits, format, ssim } = target
  const settings = { formats: limits.formats, format, ssim, photo: opened.mediaType === "image/jpeg" }
  const pixels = yield* pixelsOf(opened, wanted)
  const at = Effect.fnUntraced(function* (scale: number) {
    const smaller = scale === 1 ? pixels : yield* resizedPixels(opened.what, pixels, scaled(wanted, scale))
    const found = yield* withLargePermit(smaller, compress(opened.what, smaller, settings))
    if (smaller !== pixels) release(smaller.data)
    return { ...found, scale }
  })
  const least = Math.min(1, smallestSide / Math.max(wanted.width, wanted.height))
  let over: Try = yield* at(1)
  let under: Try | undefined = over.bytes.length <= limit ? over : undefined
  for (let tries = 1; tries < triedSizes && (under?.bytes.length ?? 0) < limit * goodEnough; tries++) {
    if (under === over || over.scale <= least) break
    const found: Try = yield* at(Math.max(least, nextScale(over, under, limit)))
    if (found.bytes.length <= limit) under = found
    else over = found
  }
  release(pixels.data)
  if (under !== undefined) return { ...under, ...scaled(wanted, under.scale) }
  const reached = `${over.bytes.length} bytes is the smallest with a similarity (SSIM) of ${ssim}`
  return yield* refused(opened.what, `cannot be fitted into ${limit} bytes: ${reached}; raise maxBytes or lower ssim`)
})

/**
 * An image fitted to a model: sent as it is if it fits, without what it tells of its maker; else shrunk to what the model
 * looks at, turned upright, and compressed as far as the similarity allows. A byte budget that quality alone cannot meet is
 * met by shrinking.
 */
export const fit = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  what: string,
  target: Target,
  options: OpenOptions,
): Effect.fn.Return<Fitted, LlmError> {
  const mediaType = yield* sniff(bytes, what)
  const opened = yield* openImage(bytes, mediaType, what, options)
  const original = { mediaType, ...opened.size, bytes: bytes.length }
  const size = yield* wantedSize(opened, target)
  const clean = suits(opened, target, size) ? withoutMetadata(bytes, mediaType) : undefined
  if (clean !== undefined && clean.length <= byteLimit(target)) {
    yield* verify(opened)
    const changed = clean !== bytes
    return { bytes: clean, mediaType, ...size, tokens: tokensOf(target, size), ssim: 1, changed, original }
  }
  const { scale: _, ...sent } = yield* withHugePermit(size, reencoded(opened, target, size))
  return { ...sent, tokens: tokensOf(target, sent), changed: true, original }
})
