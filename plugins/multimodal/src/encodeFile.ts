import type { FilePart, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { ImageOptions } from "./encodeImage.ts"
import { familyOf, type Vendor } from "./internal/family.ts"
import { base64Of, imagePart, targetOf } from "./internal/imagePart.ts"
import type { Loaded, LoadOptions, MediaInput } from "./internal/load.ts"
import { promised } from "./internal/promised.ts"
import { refused, sizeText, unsupported } from "./internal/refusals.ts"
import { sniff } from "./internal/sniff.ts"
import { withLoaded } from "./internal/withLoaded.ts"

export interface FileOptions extends LoadOptions {
  /** Whose limits hold: `"anthropic/claude-opus-4-8"`, or the vendor's own name. Default: none but `maxInputBytes`. */
  readonly model?: string | undefined
  readonly filename?: string | undefined
  /** For images: see `encodeImage`. */
  readonly image?: Omit<ImageOptions, keyof LoadOptions | "model" | "filename"> | undefined
}

export interface EncodedFile {
  readonly part: FilePart
  readonly info: { readonly mediaType: string; readonly bytes: number }
}

/** Names that file-type and the vendors do not share. */
const vendorNames: Readonly<Record<string, string>> = {
  "audio/x-wav": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/x-flac": "audio/flac",
  "audio/x-m4a": "audio/mp4",
}

interface FileLimits {
  readonly pdfBytes: number
  readonly audio: ReadonlyArray<string>
  readonly audioBytes: number
}

const MB = 1_000_000

/** Bytes of the file, before base64. */
const limits: Readonly<Record<Exclude<Vendor, "other">, FileLimits>> = {
  // https://developers.openai.com/api/docs/guides/file-inputs: 50 MB; …/guides/audio: wav and mp3 as input.
  openai: { pdfBytes: 50 * MB, audio: ["audio/wav", "audio/mpeg"], audioBytes: 25 * MB },
  // https://platform.claude.com/docs/en/build-with-claude/pdf-support: 32 MB for the whole request, base64 included.
  anthropic: { pdfBytes: 24 * MB, audio: [], audioBytes: 0 },
  // https://ai.google.dev/gemini-api/docs/document-processing and …/audio: 20 MB for a request with inline data.
  gemini: {
    pdfBytes: 15 * MB,
    audio: ["audio/wav", "audio/mpeg", "audio/aiff", "audio/aac", "audio/ogg", "audio/flac"],
    audioBytes: 15 * MB,
  },
}

const problemFor = (mediaType: string, bytes: number, what: string, options: FileOptions): LlmError | undefined => {
  if (options.model === undefined) return undefined
  const { vendor } = familyOf(options.model)
  if (vendor === "other") return undefined
  const { pdfBytes, audio, audioBytes } = limits[vendor]
  const isAudio = mediaType.startsWith("audio/")
  if (isAudio && !audio.includes(mediaType)) {
    const takes = audio.length === 0 ? "takes no audio" : `takes audio as ${audio.join(", ")}; convert it`
    return unsupported(what, mediaType, `is ${mediaType}, and ${options.model} ${takes}`, "failover")
  }
  const limit = isAudio ? audioBytes : pdfBytes
  return bytes <= limit
    ? undefined
    : refused(
        what,
        `has ${sizeText(bytes)}, and ${options.model} takes at most ${sizeText(limit)}; split it, or upload it to the vendor's file store`,
      )
}

const encodeLoaded = Effect.fnUntraced(function* (
  { bytes, what, filename }: Loaded,
  options: FileOptions,
): Effect.fn.Return<EncodedFile, LlmError> {
  const sniffed = yield* sniff(bytes, what)
  const mediaType = vendorNames[sniffed] ?? sniffed
  const name = options.filename ?? filename
  const named = name === undefined ? {} : { filename: name }
  if (mediaType.startsWith("image/")) {
    const image = { ...options.image, model: options.model }
    const { part, info } = yield* imagePart({ bytes, what, ...named }, yield* targetOf(image), image)
    return { part, info: { mediaType: info.mediaType, bytes: info.bytes } }
  }
  if (mediaType !== "application/pdf" && !mediaType.startsWith("audio/")) {
    return yield* unsupported(what, mediaType, `is ${mediaType}; images, PDF and audio can be sent`, "none")
  }
  const problem = problemFor(mediaType, bytes.length, what, options)
  if (problem !== undefined) return yield* problem
  const source = { type: "base64", base64: base64Of(bytes) } as const
  return { part: { type: "file", mediaType, source, ...named }, info: { mediaType, bytes: bytes.length } }
})

/** A PDF, audio or an image as a `file` part: see `encodeFile`, of which this is the Effect. */
export const encodeFileEffect = Effect.fn("Multimodal.encodeFile")(
  (input: MediaInput, options: FileOptions = {}): Effect.Effect<EncodedFile, LlmError> =>
    withLoaded(input, options, (loaded) => encodeLoaded(loaded, options)),
)

/**
 * A PDF, an audio file or an image (path, URL, bytes or `Blob`) as a `file` part for a message. The type is told from the
 * content. PDF and audio are sent as they are, within the limits of the model's vendor; images are fitted as by
 * `encodeImage`.
 *
 * Rejects with an `LlmError`: `InvalidRequest` or `Unsupported`, whose message names the path or URL and what to do; `Network`
 * or `Timeout` for a URL. After an abort it rejects with the signal's own reason.
 */
export const encodeFile = (
  input: MediaInput,
  options: FileOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<EncodedFile> => promised(encodeFileEffect(input, options), options.signal)
