import { type FilePart, type FileSource, type Json, LlmError } from "@switchyard/core"
import { dataOf, fromMetadata, type Marks, type Metadata, text, toAnswerMetadata, toMetadata } from "./marks.ts"
import { Prompt } from "./ai.ts"

const utf8 = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, "utf8"))

/** Where the content is, as effect/ai has it, and what it cannot tell. Fails for a URL that is none. */
const toData = (source: FileSource): { readonly data: string | Uint8Array | URL; readonly marks?: Marks } => {
  switch (source.type) {
    case "bytes":
      return { data: source.bytes }
    case "base64":
      return { data: source.base64 }
    case "text":
      return { data: utf8(source.text), marks: { source: "text" } }
    // Models of effect/ai take the name of a file in the vendor's store as a string, and know it by its form.
    case "ref":
      return { data: source.ref, marks: { source: "ref" } }
    case "url": {
      const url = URL.parse(source.url)
      if (url === null) throw LlmError.make({ _tag: "InvalidRequest", field: "messages", message: notAUrl })
      return url.href === source.url ? { data: url } : { data: url, marks: { url: source.url } }
    }
  }
}

const notAUrl = "a file's url is not an absolute URL"

/** A file of a message, for a prompt of effect/ai. */
export const toPromptFile = (part: FilePart): Prompt.FilePart => {
  const { data, marks } = toData(part.source)
  const options = toMetadata(part.providerData, marks)
  return Prompt.makePart("file", {
    mediaType: part.mediaType,
    data,
    ...(part.filename === undefined ? {} : { fileName: part.filename }),
    ...(options === undefined ? {} : { options }),
  })
}

const dataUrl = /^data:([^;,]*)(?:;[^;,]*)*;base64,(.*)$/s

const fromString = (data: string, mark: Json | undefined): FileSource => {
  if (mark === "ref") return { type: "ref", ref: data }
  const [, , base64] = dataUrl.exec(data) ?? []
  if (base64 !== undefined) return { type: "base64", base64 }
  return /^[a-z][a-z0-9+.-]*:/i.test(data) ? { type: "url", url: data } : { type: "base64", base64: data }
}

/** A file of a prompt. A string is base64, a `data:` URL or another URL: effect/ai does not say which. */
export const fromPromptFile = (part: Prompt.FilePart): FilePart => {
  const { providerData, marks } = fromMetadata(part.options)
  const exact = text(marks["url"])
  const source = ((): FileSource => {
    if (typeof part.data === "string") return fromString(part.data, marks["source"])
    if (part.data instanceof URL) {
      const same = exact !== undefined && URL.parse(exact)?.href === part.data.href
      return { type: "url", url: same ? exact : part.data.href }
    }
    return marks["source"] === "text"
      ? { type: "text", text: Buffer.from(part.data).toString("utf8") }
      : { type: "bytes", bytes: part.data }
  })()
  return {
    type: "file",
    mediaType: part.mediaType,
    source,
    ...(part.fileName === undefined ? {} : { filename: part.fileName }),
    ...(providerData === undefined ? {} : { providerData }),
  }
}

const padded = (base64: string): string => Buffer.from(base64, "base64").toString("base64")

/** A file of an answer: effect/ai has bytes only. `undefined` for one whose content is elsewhere. */
export const toAnswerFile = (
  part: FilePart,
  marks: Marks,
):
  | {
      readonly type: "file"
      readonly mediaType: string
      readonly data: string
      readonly metadata: Metadata | undefined
    }
  | undefined => {
  const { source, mediaType, filename } = part
  const give = (data: string, kind?: string) => ({
    type: "file" as const,
    mediaType,
    data,
    metadata: toAnswerMetadata(part.providerData, { ...marks, source: kind, filename }),
  })
  switch (source.type) {
    case "base64":
      // Unpadded base64 is common and effect/ai refuses it.
      return give(source.base64.length % 4 === 0 ? source.base64 : padded(source.base64))
    case "bytes":
      return give(Buffer.from(source.bytes).toString("base64"), "bytes")
    case "text":
      return give(Buffer.from(source.text, "utf8").toString("base64"), "text")
    default:
      return undefined
  }
}

/** A file of an answer of effect/ai, as base64 unless it was known to be something else. */
export const fromAnswerFile = (part: {
  readonly mediaType: string
  readonly data: Uint8Array
  readonly metadata: Metadata
}): FilePart => {
  const { marks } = fromMetadata(part.metadata)
  const filename = text(marks["filename"])
  const content = Buffer.from(part.data)
  const source: FileSource =
    marks["source"] === "bytes"
      ? { type: "bytes", bytes: part.data }
      : marks["source"] === "text"
        ? { type: "text", text: content.toString("utf8") }
        : { type: "base64", base64: content.toString("base64") }
  return {
    type: "file",
    mediaType: part.mediaType,
    source,
    ...(filename === undefined ? {} : { filename }),
    ...dataOf(part.metadata),
  }
}
