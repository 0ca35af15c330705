import type { FilePart, LlmError, LlmRequest, Part } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { filesIn, type Placed, withFiles } from "./fileParts.ts"
import { fromBase64, fromDataUrl, type Loaded } from "./load.ts"
import { atField, refused } from "./refusals.ts"
import { sniff } from "./sniff.ts"

/** The content as far as it is in the request itself. */
const contentOf = ({ source }: FilePart, what: string, limit: number): Effect.Effect<Loaded, LlmError> | undefined => {
  if (source.type === "bytes") return Effect.succeed({ bytes: source.bytes, what })
  if (source.type === "base64") return fromBase64(source.base64, what, limit)
  return source.type === "url" && /^data:/i.test(source.url) ? fromDataUrl(source.url, limit, what) : undefined
}

/** Readers look for its mark in the first KiB, so of a document no more is decoded. */
const headOf = (part: FilePart, what: string, limit: number): Effect.Effect<Loaded, LlmError> | undefined =>
  part.source.type === "base64"
    ? Effect.succeed({ bytes: Buffer.from(part.source.base64.slice(0, 1400), "base64"), what })
    : contentOf(part, what, limit)

const isPdf = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).includes("%PDF-")

const binary = "application/octet-stream"

/** The part under its true type; itself when nothing is to be said about it. */
const typed = Effect.fnUntraced(function* (
  { part, field }: Placed,
  limit: number,
): Effect.fn.Return<FilePart, LlmError> {
  const mediaType = part.mediaType.toLowerCase()
  const named = mediaType === part.mediaType ? part : { ...part, mediaType }
  const isDocument = mediaType === "application/pdf"
  if (!isDocument && mediaType !== binary) return named
  const what = part.filename === undefined ? field : `${field} (${part.filename})`
  const content = isDocument ? headOf(part, what, limit) : contentOf(part, what, limit)
  if (content === undefined) return named
  const { bytes } = yield* content
  if (isDocument) {
    if (isPdf(bytes)) return named
    const problem = bytes.length === 0 ? "is empty (0 bytes); give a PDF" : "is labelled application/pdf and is no PDF"
    return yield* refused(what, problem)
  }
  // Whatever else it is, is the provider's to judge.
  const found = yield* Effect.orElseSucceed(sniff(bytes, what), () => binary)
  return found.startsWith("image/") ? { ...part, mediaType: found } : named
})

const isCertain = ({ part: { mediaType } }: Placed): boolean =>
  mediaType !== "application/pdf" && mediaType !== binary && mediaType === mediaType.toLowerCase()

/**
 * The request with its files under their true media types, in lower case: bytes labelled `application/octet-stream` that
 * are an image become one. Fails for what is labelled as a PDF and is none. `request` itself when all are right.
 */
export const withTypedFiles = (request: LlmRequest, limit: number): Effect.Effect<LlmRequest, LlmError> => {
  const files = filesIn(request).filter((file) => !isCertain(file))
  if (files.length === 0) return Effect.succeed(request)
  return Effect.map(
    Effect.forEach(files, (file) => Effect.mapError(typed(file, limit), atField(file.field))),
    (parts) => {
      const replaced = new Map<Part, FilePart>()
      files.forEach(({ part }, index) => {
        const found = parts[index]
        if (found !== undefined && found !== part) replaced.set(part, found)
      })
      return withFiles(request, replaced)
    },
  )
}
