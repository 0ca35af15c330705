import {
  type CallContext,
  type Candidate,
  candidateName,
  type FilePart,
  LlmError,
  type LlmRequest,
  type Middleware,
  type ModelInfo,
  type Part,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { ImageOptions } from "./encodeImage.ts"
import { imageLimits, type ImageLimits } from "./ImageLimits.ts"
import type { Detail } from "./imageTokens.ts"
import { countOfDocuments, filesIn, isImage, type Placed, withFiles } from "./internal/fileParts.ts"
import { fit, type Target } from "./internal/fit.ts"
import { FittedImages, type Remembered } from "./internal/FittedImages.ts"
import { base64Of, targetOf } from "./internal/imagePart.ts"
import { checked, defaultMaxInputBytes, fromBase64, fromDataUrl, type Loaded } from "./internal/load.ts"
import { withPermit, release } from "./internal/pixels.ts"
import { atField, refused, sizeText } from "./internal/refusals.ts"
import { withTypedFiles } from "./internal/typedFiles.ts"
import { withNotes } from "./internal/unseen.ts"
import { isPassedOn, type UrlPolicy, urlProblem } from "./internal/urlPolicy.ts"
import { withDownload } from "./internal/withLoaded.ts"

/** All optional. Sizes in bytes, times in ms. */
export interface MultimodalOptions extends Omit<ImageOptions, "model" | "limits" | "images" | "filename" | "format"> {
  /**
   * Images given by URL. `auto`, the default: passed on to models that fetch URLs themselves, fetched for the others.
   * `fetch`: always fetched here, and fitted.
   */
  readonly urls?: "auto" | "fetch" | undefined
  /** Memory for fitted images, so that retries, failover and the next turn do not fit them again. Default 64 MB. */
  readonly cacheBytes?: number | undefined
}

/** What one call has fetched and said so far; its attempts share it. */
interface CallState {
  readonly fetched: Map<string, Loaded>
  /** One for each URL: the same URL several times in a request is downloaded once. */
  readonly turns: Map<string, Semaphore.Semaphore>
  readonly warned: Set<string>
}

/** One attempt at a candidate, as far as its images are concerned. */
interface Attempt {
  readonly candidate: Candidate
  readonly target: Target
  readonly urls: UrlPolicy
  readonly context: CallContext
  readonly state: CallState
}

const seesImages = (info: ModelInfo | undefined): boolean =>
  info === undefined || info.inputMedia.some((type) => type === "*/*" || /^image\//i.test(type))

/** The vendor's formats, fewer if the provider names single ones. */
const formatsFor = (formats: ReadonlyArray<string>, info: ModelInfo | undefined): ReadonlyArray<string> => {
  const named = (info?.inputMedia ?? []).map((type) => type.toLowerCase())
  if (named.length === 0 || named.some((type) => type === "*/*" || type === "image/*")) return formats
  return named.filter((type) => type.startsWith("image/"))
}

const details: ReadonlyArray<Detail> = ["low", "high", "original", "auto"]

/** What the part itself asks of this provider: `providerData: { openai: { detail: "low" } }`. */
const detailOf = (part: FilePart, provider: string): Detail | undefined => {
  const own = part.providerData?.[provider]?.["detail"]
  return details.find((detail) => detail === own)
}

class Fitter {
  readonly #options: MultimodalOptions
  readonly #maxInputBytes: number
  readonly #base: Target
  readonly #cache: FittedImages
  readonly #calls = new WeakMap<CallContext, CallState>()

  constructor(options: MultimodalOptions, base: Target) {
    this.#options = options
    this.#maxInputBytes = options.maxInputBytes ?? defaultMaxInputBytes
    this.#base = base
    this.#cache = new FittedImages(options.cacheBytes ?? 64_000_000)
  }

  /** The request as this candidate takes it. */
  fitted(request: LlmRequest, candidate: Candidate, context: CallContext): Effect.Effect<LlmRequest, LlmError> {
    if (filesIn(request).length === 0) return Effect.succeed(request)
    const info = context.catalog.describe(candidate, context.providers.get(candidate.provider)?.provider)
    return Effect.flatMap(withTypedFiles(request, this.#maxInputBytes), (typed) => {
      const seen = seesImages(info) ? typed : withNotes(typed, candidate, context)
      const { allowHosts = [], urls: mode = "auto" } = this.#options
      const urls: UrlPolicy = { allowHosts, passedOn: mode === "auto" && info?.fetchesUrls === true }
      for (const { part, field } of filesIn(seen)) {
        const problem = urlProblem(part, whatOf(part, field), urls)
        if (problem !== undefined) return Effect.fail(atField(field)(problem))
      }
      return seesImages(info) ? this.#fittedImages(seen, candidate, info, urls, context) : Effect.succeed(seen)
    })
  }

  #fittedImages(
    request: LlmRequest,
    candidate: Candidate,
    info: ModelInfo | undefined,
    urls: UrlPolicy,
    context: CallContext,
  ): Effect.Effect<LlmRequest, LlmError> {
    const placed = filesIn(request).filter(({ part }) => isImage(part))
    if (placed.length === 0) return Effect.succeed(request)
    const limits = imageLimits(candidate.model)
    const many = tooMany(placed.length, candidate, limits, info)
    if (many !== undefined) return Effect.fail(many)
    const target: Target = {
      ...this.#base,
      model: candidate.model,
      limits: { ...limits, formats: formatsFor(limits.formats, info) },
      images: placed.length + countOfDocuments(request),
    }
    const attempt: Attempt = { candidate, target, urls, context, state: this.#stateOf(context) }
    return Effect.map(
      Effect.forEach(placed, (image) => Effect.mapError(this.#replacement(image, attempt), atField(image.field)), {
        concurrency: 8,
      }),
      (results) => {
        const replaced = new Map<Part, FilePart>()
        results.forEach((result, index) => {
          const image = placed[index]
          if (image === undefined || result === undefined) return
          this.#warn(image, result, attempt)
          const part = partOf(image.part, result)
          if (part !== image.part) replaced.set(image.part, part)
        })
        return withFiles(request, replaced)
      },
    )
  }

  #stateOf(context: CallContext): CallState {
    const known = this.#calls.get(context)
    if (known !== undefined) return known
    const state: CallState = { fetched: new Map(), turns: new Map(), warned: new Set() }
    this.#calls.set(context, state)
    return state
  }

  /** `undefined`: the part is the vendor's business, such as a reference to its own store. */
  #replacement({ part, field }: Placed, attempt: Attempt): Effect.Effect<Remembered | undefined, LlmError> {
    const what = whatOf(part, field)
    const { source } = part
    const limit = this.#maxInputBytes
    const fitLoaded = (loaded: Effect.Effect<Loaded, LlmError>, content: string | Uint8Array) => {
      const load = Effect.flatMap(loaded, (found) => checked(found, limit))
      return this.#remembered(part, what, attempt, content, load)
    }
    if (source.type === "bytes") return fitLoaded(Effect.succeed({ bytes: source.bytes, what }), source.bytes)
    if (source.type === "base64") return fitLoaded(fromBase64(source.base64, what, limit), source.base64)
    if (source.type !== "url") return Effect.undefined
    if (/^data:/i.test(source.url)) return fitLoaded(fromDataUrl(source.url, limit, what), source.url)
    return isPassedOn(source.url, attempt.urls) ? Effect.undefined : this.#remote(part, source.url, what, attempt)
  }

  #remote(part: FilePart, url: string, what: string, attempt: Attempt): Effect.Effect<Remembered, LlmError> {
    const { fetched, turns } = attempt.state
    const use = (loaded: Loaded) => {
      fetched.set(url, loaded)
      return this.#remembered(part, what, attempt, loaded.bytes, Effect.succeed(loaded))
    }
    const turn = turns.get(url) ?? Semaphore.makeUnsafe(1)
    turns.set(url, turn)
    return turn.withPermit(
      Effect.suspend(() => {
        const known = fetched.get(url)
        return known === undefined ? withDownload(url, this.#options, use) : use(known)
      }),
    )
  }

  /** The image fitted, out of the cache if the same content was fitted to the same limits before. */
  #remembered(
    part: FilePart,
    what: string,
    attempt: Attempt,
    content: string | Uint8Array,
    load: Effect.Effect<Loaded, LlmError>,
  ): Effect.Effect<Remembered, LlmError> {
    const target = { ...attempt.target, detail: detailOf(part, attempt.candidate.provider) ?? attempt.target.detail }
    // What stood behind a URL goes as bytes even if it fits: the vendor is not to fetch it.
    const embed = part.source.type === "url"
    const key = FittedImages.key(content, JSON.stringify({ ...target, embed }))
    const known = this.#cache.get(key)
    return known === undefined
      ? withPermit(Effect.flatMap(load, ({ bytes }) => this.#fit(bytes, what, target, { key, embed })))
      : Effect.succeed(known)
  }

  #fit(
    bytes: Uint8Array,
    what: string,
    target: Target,
    { key, embed }: { readonly key: string; readonly embed: boolean },
  ): Effect.Effect<Remembered, LlmError> {
    return Effect.map(fit(bytes, what, target, this.#options), (fitted) => {
      const base64 = fitted.changed || embed ? { base64: base64Of(fitted.bytes) } : {}
      const result: Remembered = { ...fitted, bytes: fitted.bytes.length, ...base64 }
      if (fitted.bytes !== bytes) release(fitted.bytes)
      this.#cache.set(key, result)
      return result
    })
  }

  /** Once a call, however many attempts it takes. */
  #warn({ part, field }: Placed, result: Remembered, { candidate, context, state }: Attempt): void {
    const change = changeOf(part, result)
    if (change === undefined) return
    const message = `${field}: fitted for ${candidateName(candidate)}: ${change}`
    if (state.warned.has(message)) return
    state.warned.add(message)
    context.warn({ type: "other", setting: field, message })
  }
}

/** The part with what is to be sent; itself when that is what it holds. */
const partOf = (part: FilePart, { base64, mediaType }: Remembered): FilePart => {
  if (base64 !== undefined) return { ...part, mediaType, source: { type: "base64", base64 } }
  return part.mediaType === mediaType ? part : { ...part, mediaType }
}

const whatOf = (part: FilePart, field: string): string =>
  part.filename === undefined ? field : `${field} (${part.filename})`

/** More than the vendor takes in one request. Where the window is not known, the larger number holds. */
const tooMany = (
  count: number,
  candidate: Candidate,
  { maxImages = Infinity, maxImagesLargeWindow }: ImageLimits,
  info: ModelInfo | undefined,
): LlmError | undefined => {
  const large = (info?.contextWindow ?? Infinity) > 200_000
  const most = large ? (maxImagesLargeWindow ?? maxImages) : maxImages
  const problem = `${count} images, and ${candidateName(candidate)} takes at most ${most} in a request; send fewer`
  return count <= most ? undefined : refused("messages", problem)
}

const described = (image: { mediaType: string; width: number; height: number; bytes: number }): string =>
  `${image.width}x${image.height} ${image.mediaType}, ${sizeText(image.bytes)}`

const changeOf = (part: FilePart, { changed, mediaType, original, ...sent }: Remembered): string | undefined => {
  if (changed) return `${described(original)} -> ${described({ ...sent, mediaType })}`
  return part.mediaType === mediaType ? undefined : `it is ${mediaType}, not ${part.mediaType}`
}

/**
 * Fits every image of a request to the candidate that is about to get it: see `multimodal`. Images that fit are passed on
 * untouched. Fails the attempt before anything is sent, with `InvalidRequest` or `Unsupported`, for what is no image, is
 * damaged, or comes from a private URL; a private URL of any other file, too, and text labelled as a PDF.
 *
 * Fails with `InvalidRequest` for options that make no sense.
 */
export const makeMultimodal = (options: MultimodalOptions = {}): Effect.Effect<Middleware, LlmError> =>
  Effect.map(targetOf(options), (base) => {
    const fitter = new Fitter(options, base)
    return {
      name: "multimodal",
      stage: "fit",
      attempt: (request, candidate, next, context) => Effect.flatMap(fitter.fitted(request, candidate, context), next),
    }
  })
