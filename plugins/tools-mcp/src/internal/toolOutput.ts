import type { FilePart, Json, JsonObject, TextPart, ToolOutput } from "@switchyard/core"
import { isObject } from "./readTools.ts"

export interface Caps {
  /** Of all texts of one result together. */
  readonly maxResultChars: number
  /** Of all images, audio and files of one result together, before base64. */
  readonly maxResultBytes: number
}

/** Can the model look at files of this media type? */
export type Accepts = (mediaType: string) => boolean

/**
 * Translates the result of `tools/call` (MCP 2025-11-25, "tool result") for the model: texts as text; images, audio and
 * embedded files as files; links and embedded texts as text with their URI; `structuredContent` where there is nothing else.
 * What exceeds a cap, or what the model cannot look at, is replaced by a note that says so.
 */
export const outputOf = (result: unknown, caps: Caps, accepts: Accepts = () => true): ToolOutput => {
  if (!isObject(result)) return { type: "error-text", value: "The tool gave no result" }
  const { content, structuredContent, isError, toolResult } = result
  const blocks = Array.isArray(content) ? content : []
  const bare = structuredContent ?? toolResult
  if (blocks.length === 0 && bare !== undefined)
    return isError === true ? failed(asText(bare, caps)) : asJson(bare, caps)
  const parts = capped(
    blocks.flatMap((block: Json) => partsOf(block)),
    caps,
    accepts,
  )
  const texts = parts.filter((part) => part.type === "text").map(({ text }) => text)
  if (isError === true) return failed(texts.join("\n"))
  if (parts.some((part) => part.type === "file")) return { type: "content", value: parts }
  const text = texts.join("\n")
  return { type: "text", value: text === "" ? "(the tool gave an empty result)" : text }
}

const failed = (text: string): ToolOutput => ({
  type: "error-text",
  value: text === "" ? "The tool failed without a message" : text,
})

const asText = (value: Json, { maxResultChars }: Caps): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return cut(text, maxResultChars)
}

const asJson = (value: Json, caps: Caps): ToolOutput =>
  JSON.stringify(value).length <= caps.maxResultChars
    ? { type: "json", value }
    : { type: "text", value: asText(value, caps) }

type Block = TextPart | FilePart

const string = (value: Json | undefined): string => (typeof value === "string" ? value : "")

const partsOf = (block: Json): ReadonlyArray<Block> => {
  if (!isObject(block)) return []
  switch (block["type"]) {
    case "text":
      return [text(string(block["text"]))]
    case "image":
    case "audio":
      return [media(block, string(block["data"]))]
    case "resource":
      return isObject(block["resource"]) ? [embedded(block["resource"])] : []
    case "resource_link": {
      const about = [string(block["title"]) || string(block["name"]), string(block["description"])].filter(Boolean)
      return [text(`[resource ${string(block["uri"])}${about.length === 0 ? "" : `: ${about.join(": ")}`}]`)]
    }
    default:
      return [text(`[content of the type ${JSON.stringify(block["type"] ?? null)} was left out]`)]
  }
}

const embedded = (resource: JsonObject): Block => {
  const uri = string(resource["uri"])
  if (typeof resource["text"] === "string") return text(`[resource ${uri}]\n${resource["text"]}`)
  const filename = uri.split(/[/\\]/).at(-1) ?? ""
  const part = media(resource, string(resource["blob"]))
  return part.type === "text" || filename === "" ? part : { ...part, filename }
}

/** Vendors refuse the whole request for base64 that is none. */
const media = (block: JsonObject, base64: string): Block =>
  base64 !== "" && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? file(block, base64)
    : text(`[${file(block, "").mediaType} was left out: the server sent no valid base64]`)

const text = (value: string): TextPart => ({ type: "text", text: value })

const file = (block: JsonObject, base64: string): FilePart => ({
  type: "file",
  mediaType: string(block["mimeType"]) || "application/octet-stream",
  source: { type: "base64", base64 },
})

const capped = (parts: ReadonlyArray<Block>, caps: Caps, accepts: Accepts): ReadonlyArray<Block> => {
  let chars = caps.maxResultChars
  let bytes = caps.maxResultBytes
  let over = 0
  const kept = parts.flatMap((part): ReadonlyArray<Block> => {
    if (part.type === "file") {
      const size = sizeOf(part)
      if (!accepts(part.mediaType)) return [left(part, size, "this model cannot look at it")]
      if (size > bytes) return [left(part, size, `more than ${caps.maxResultBytes} bytes are not passed on`)]
      bytes -= size
      return [part]
    }
    if (chars <= 0) {
      over += part.text.length
      return []
    }
    const shown = { ...part, text: cut(part.text, chars) }
    chars -= part.text.length
    return [shown]
  })
  return over === 0 ? kept : [...kept, text(`[${over} more characters were left out]`)]
}

const sizeOf = ({ source }: FilePart): number =>
  source.type === "base64" ? Math.floor((source.base64.replace(/=+$/, "").length * 3) / 4) : 0

const left = ({ mediaType }: FilePart, size: number, why: string): TextPart =>
  text(`[${mediaType} of ${size} bytes was left out: ${why}]`)

/** Never through a pair of surrogates: half a character is no text. */
const cut = (value: string, max: number): string => {
  if (value.length <= max) return value
  const end = /[\uD800-\uDBFF]/.test(value.charAt(max - 1)) ? max - 1 : max
  return `${value.slice(0, end)}\n[cut: ${end} of ${value.length} characters are shown]`
}
