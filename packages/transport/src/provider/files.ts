import type { FilePart } from "@switchyard/core"

/** A file's content as base64; `undefined` when it is not in the request (a URL, a vendor's reference). */
export const base64Of = ({ source }: FilePart): string | undefined => {
  if (source.type === "base64") return source.base64
  if (source.type === "bytes") return Buffer.from(source.bytes).toString("base64")
  if (source.type === "text") return Buffer.from(source.text, "utf8").toString("base64")
  return undefined
}

/** A URL that the vendor can read: the file's own, or its content inside a `data:` URL. */
export const urlOf = (part: FilePart): string | undefined => {
  if (part.source.type === "url") return part.source.url
  const base64 = base64Of(part)
  return base64 === undefined ? undefined : `data:${part.mediaType};base64,${base64}`
}

/** A text file, written out with its name: how documents and retrieved passages reach a model that takes text. */
export const written = (part: FilePart): string | undefined => {
  const named = (text: string) => (part.filename === undefined ? text : `${part.filename}:\n${text}`)
  if (part.source.type === "text") return named(part.source.text)
  if (!/^text\/|^application\/(json|xml|yaml)/.test(part.mediaType)) return undefined
  const base64 = base64Of(part)
  return base64 === undefined ? undefined : named(Buffer.from(base64, "base64").toString("utf8"))
}
