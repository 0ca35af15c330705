import { Buffer } from "node:buffer"
import type { FilePart, ToolOutput, Warning } from "@switchyard/core"

/** A piece of a text: UTF-16 positions, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A text to extract from. Only its `spans` are context: the rest is the question itself, or other questions. */
export interface Document {
  readonly title: string
  readonly text: string
  readonly mediaType?: string
  readonly spans: ReadonlyArray<Span>
}

const whole = (text: string): ReadonlyArray<Span> => [{ start: 0, end: text.length }]

/** A document of which everything is context; `undefined` when it holds nothing but white space. */
export const makeDocument = (title: string, text: string, mediaType?: string): Document | undefined =>
  text.trim() === ""
    ? undefined
    : { title, text, spans: whole(text), ...(mediaType === undefined ? {} : { mediaType }) }

/** UTF-8, or UTF-16 where a byte order mark says so. Malformed bytes become U+FFFD. */
const decode = (bytes: Uint8Array): string =>
  new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes)

const isText = (mediaType: string): boolean => /^(?:text\/|application\/(?:[\w.-]+\+)?json\b)/i.test(mediaType.trim())

const unreadable = (part: FilePart, why: string): Warning => ({
  type: "unsupported",
  setting: "messages",
  message: `the file ${part.filename === undefined ? "" : `"${part.filename}" `}was not read: ${why}`,
})

/** The text of an attached file, or the warning that says why it cannot be read. */
const textOfFile = (part: FilePart): string | Warning => {
  const { source } = part
  switch (source.type) {
    case "text":
      return source.text
    case "bytes":
    case "base64":
      if (!isText(part.mediaType)) return unreadable(part, `${part.mediaType} is not text`)
      return decode(source.type === "bytes" ? source.bytes : Buffer.from(source.base64, "base64"))
    case "url":
      return unreadable(part, "nothing is fetched: attach its text")
    case "ref":
      return unreadable(part, "a provider's file store is out of reach: attach its text")
  }
}

/** Where documents and warnings are gathered, in the order of the conversation. */
export interface Gathered {
  readonly documents: Array<Document>
  readonly warnings: Array<Warning>
}

export const gather = (into: Gathered, document: Document | undefined): void => {
  if (document !== undefined) into.documents.push(document)
}

/** Adds an attached file, titled by its name or else by `role`. */
export const gatherFile = (into: Gathered, part: FilePart, role: string): void => {
  const text = textOfFile(part)
  if (typeof text !== "string") into.warnings.push(text)
  else gather(into, makeDocument(part.filename ?? role, text, part.mediaType))
}

/** Adds what a tool gave back. A denied call gave nothing. */
export const gatherToolOutput = (into: Gathered, output: ToolOutput, tool: string): void => {
  switch (output.type) {
    case "text":
    case "error-text":
      return gather(into, makeDocument(tool, output.value))
    case "json":
    case "error-json":
      return gather(into, makeDocument(tool, JSON.stringify(output.value, undefined, 1), "application/json"))
    case "content":
      for (const part of output.value) {
        if (part.type === "text") gather(into, makeDocument(tool, part.text))
        else gatherFile(into, part, tool)
      }
      return
    case "denied":
      return
  }
}
