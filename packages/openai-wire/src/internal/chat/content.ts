import type { FilePart } from "@switchyard/core"
import { type Wire, isWire, list, object, string } from "@switchyard/transport/provider"

/** What both a whole answer and a stream need to read of a message of the Chat Completions API. */

/** The text of `content`: a string, or, as servers of other vendors give it, a list of parts. */
export const textIn = (content: unknown): string => {
  if (!Array.isArray(content)) return string(content) ?? ""
  return list(content)
    .map((part) => string(part["text"]) ?? "")
    .join("")
}

/** The reasoning that servers of other vendors show: under either name, or among the parts of `content`. */
export const reasoningIn = (message: Wire): string => {
  const own = string(message["reasoning_content"]) ?? string(message["reasoning"]) ?? ""
  if (!Array.isArray(message["content"])) return own
  return (
    own +
    list(message["content"])
      .map((part) => textIn(part["thinking"]))
      .join("")
  )
}

/** An image inside the answer, as aggregators in front of image models give it: a `data:` URL or another one. */
export const imageOf = (image: Wire): FilePart | undefined => {
  const url = string(object(image["image_url"])["url"])
  if (url === undefined) return undefined
  const [, mediaType, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  return mediaType === undefined || base64 === undefined
    ? { type: "file", mediaType: "image/*", source: { type: "url", url } }
    : { type: "file", mediaType, source: { type: "base64", base64 } }
}

export const citationOf = (note: Wire): { readonly url: string; readonly title?: string } | undefined => {
  const cited = isWire(note["url_citation"]) ? note["url_citation"] : note
  const url = string(cited["url"])
  const title = string(cited["title"])
  return url === undefined ? undefined : { url, ...(title === undefined ? {} : { title }) }
}
