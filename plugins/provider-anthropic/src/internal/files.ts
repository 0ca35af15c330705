import type {
  DocumentBlockParam,
  ImageBlockParam,
  Base64ImageSource,
} from "@anthropic-ai/sdk/resources/messages/messages"
import { type FilePart, LlmError } from "@switchyard/core"
import { base64Of, defined, object } from "@switchyard/transport/provider"

/** What the API takes as an image. Source: Anthropic's "Vision". */
const imageTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

const isText = (mediaType: string): boolean => /^text\/|^application\/(json|xml|yaml)/.test(mediaType)

/**
 * A file as the API has it: an image, or a document (PDF, plain text). What `providerData` holds for it goes along:
 * `cache_control`, `citations`, `context`, `title`, `transformations`. Throws `Unsupported`.
 */
export const fileBlock = (part: FilePart, provider: string): ImageBlockParam | DocumentBlockParam => {
  const image = part.mediaType.startsWith("image/") ? imageSource(part) : undefined
  if (image !== undefined) return { type: "image", source: image, ...object(part.providerData?.[provider]) }
  const source = part.mediaType.startsWith("image/") ? undefined : documentSource(part)
  if (source === undefined) throw cannotSend(part)
  return { type: "document", source, ...defined({ title: part.filename }), ...object(part.providerData?.[provider]) }
}

const imageSource = (part: FilePart): ImageBlockParam["source"] | undefined => {
  if (part.source.type === "url") return { type: "url", url: part.source.url }
  if (part.source.type === "ref") return { type: "file", file_id: part.source.ref }
  const data = base64Of(part)
  if (data === undefined || !imageTypes.has(part.mediaType)) return undefined
  return { type: "base64", media_type: part.mediaType as Base64ImageSource["media_type"], data } // one of the set
}

const documentSource = (part: FilePart): DocumentBlockParam["source"] | undefined => {
  const { source, mediaType } = part
  if (source.type === "ref") return { type: "file", file_id: source.ref }
  if (source.type === "text") return { type: "text", media_type: "text/plain", data: source.text }
  if (source.type === "url") return mediaType === "application/pdf" ? { type: "url", url: source.url } : undefined
  const data = base64Of(part)
  if (data === undefined) return undefined
  if (mediaType === "application/pdf") return { type: "base64", media_type: "application/pdf", data }
  if (!isText(mediaType)) return undefined
  return { type: "text", media_type: "text/plain", data: Buffer.from(data, "base64").toString("utf8") }
}

/** Content that cannot be sent fails the attempt: leaving it out would answer another question. */
const cannotSend = (part: FilePart): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature: `input of ${part.mediaType}`,
    message: `Anthropic's Messages API cannot take a file of type ${part.mediaType} given as ${part.source.type}`,
  })
