import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Decoder } from "./internal/decoder.ts"
import { makeMultimodal } from "./Multimodal.ts"

const positive = Schema.optionalKey(Schema.Natural.check(Schema.isGreaterThan(0)))

const isDecoder = (value: unknown): value is Decoder => typeof value === "function"

const Options = Schema.Struct({
  /** Structural similarity that compression must keep, 0 to 1. Default 0.95. */
  ssim: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** How closely models are asked to look, where a part does not say it itself. Default "auto". */
  detail: Schema.optionalKey(Schema.Literals(["low", "high", "original", "auto"])),
  /** Most input tokens of one image. */
  maxTokens: positive,
  /** Largest file of one image, before base64. */
  maxBytes: positive,
  /** "auto": URLs are passed on to models that fetch them. "fetch": never. Default "auto". */
  urls: Schema.optionalKey(Schema.Literals(["auto", "fetch"])),
  /** Hosts that may be private. Default: none. */
  allowHosts: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** For one download, in ms. Default 30,000. */
  fetchTimeoutMs: positive,
  /** Largest file that is fetched or decoded. Default 50 MB. */
  maxInputBytes: positive,
  /** Images of more pixels are refused. Default 100 million. */
  maxPixels: positive,
  /** Memory for fitted images. Default 64 MB. */
  cacheBytes: Schema.optionalKey(Schema.Natural),
  /** Decoders of your own, by media type. */
  decoders: Schema.optionalKey(Schema.Record(Schema.String, Schema.declare(isDecoder))),
  /** For one of your decoders, in ms. Default 30,000. */
  decoderTimeoutMs: positive,
})

/**
 * Fits the images of every request to the model that gets it, after routing, for each attempt: formats, size, bytes and
 * tokens as its vendor documents them; EXIF orientation applied, metadata taken out. Images that fit are not touched. URLs
 * are passed on to models that fetch them, and fetched for the others from public hosts only.
 *
 * Each change is a warning of the answer. A wrong option fails the stack with `InvalidRequest` and the path of the field.
 */
export const multimodal = definePlugin({
  manifest: { name: "@switchyard/multimodal", kind: "middleware", contract: 1, permissions: ["network"] },
  options: Options,
  layer: (options, key) => Layer.effect(key, makeMultimodal(options)),
})
