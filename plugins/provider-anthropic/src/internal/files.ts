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
export const fileBlock = (given: FilePart, provider: string): ImageBlockParam | DocumentBlockParam => {
  const part = inside({ ...given, mediaType: normalised(given.mediaType) })
  if (part.source.type === "url" && !/^https?:/i.test(part.source.url)) throw cannotFetch(part.source.url)
  const image = part.mediaType.startsWith("image/") ? imageSource(part) : undefined
  if (image !== undefined) return { type: "image", source: image, ...object(part.providerData?.[provider]) }
  const source = part.mediaType.startsWith("image/") ? undefined : documentSource(part)
  if (source === undefined) throw cannotSend(part)
  return { type: "document", source, ...defined({ title: part.filename }), ...object(part.providerData?.[provider]) }
}

/** A media type in the API's spelling, without parameters. */
const normalised = (mediaType: string): string => {
  const type = mediaType.toLowerCase().replace(/;.*/s, "").trim()
  return type === "image/jpg" ? "image/jpeg" : type
}

/** The API fetches no `data:` URL (RFC 2397): what one holds is sent itself. */
const inside = (part: FilePart): FilePart => {
  if (part.source.type !== "url") return part
  const [whole, type = "", encoding, data = ""] = /^data:([^,]*?)(;\s*base64)?,(.*)$/is.exec(part.source.url) ?? []
  if (whole === undefined) return part
  const bytes = Buffer.from(data, "utf8")
    .toString("latin1")
    .replace(/%([0-9a-f]{2})/gi, unescaped)
  const base64 = encoding === undefined ? Buffer.from(bytes, "latin1").toString("base64") : bytes.replace(/\s/g, "")
  // A type such as `image/*` says less than the URL does.
  const mediaType = part.mediaType.endsWith("/*") && type !== "" ? normalised(type) : part.mediaType
  return { ...part, mediaType, source: { type: "base64", base64 } }
}

const unescaped = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16))

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

const cannotFetch = (url: string): LlmError => {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0]
  const what = scheme === undefined ? "a URL without a scheme" : `a ${scheme.toLowerCase()} URL`
  return LlmError.make({
    _tag: "Unsupported",
    feature: `files at ${what}`,
    message: `Anthropic fetches files from http and https URLs only, not from ${what}: give its content as bytes`,
  })
}
