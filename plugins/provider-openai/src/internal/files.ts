import { type FilePart, LlmError } from "@switchyard/core"

/** A file's content as base64, if it is in the request at all. */
const base64Of = ({ source }: FilePart): string | undefined => {
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

export const rawBase64 = base64Of

/** A text file, written out with its name: how documents and retrieved passages reach a model that takes text. */
export const written = (part: FilePart): string | undefined => {
  const named = (text: string) => (part.filename === undefined ? text : `${part.filename}:\n${text}`)
  if (part.source.type === "text") return named(part.source.text)
  if (!/^text\/|^application\/(json|xml|yaml)/.test(part.mediaType)) return undefined
  const base64 = base64Of(part)
  return base64 === undefined ? undefined : named(Buffer.from(base64, "base64").toString("utf8"))
}

/** Content that cannot be sent fails the attempt: leaving it out would answer another question. */
export const cannotSend = (part: FilePart, api: string): LlmError => {
  const what = `a file of type ${part.mediaType} given as ${part.source.type}`
  return LlmError.make({
    _tag: "Unsupported",
    feature: `input of ${part.mediaType}`,
    message: `OpenAI's ${api} API cannot take ${what}`,
  })
}
