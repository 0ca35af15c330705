import type { SharedV4FileData } from "@ai-sdk/provider"
import { type FilePart, type FileSource, LlmError, type ProviderData } from "@switchyard/core"
import { isObject } from "./plain.ts"
import { aiSdkKey, type Naming } from "./providerData.ts"

const dataUrl = /^data:([^;,]*)(?:;[^;,]+)*;base64,([\s\S]*)$/

/** The record that a reference came with: AI SDK references may name one upload at several providers. */
const referenceOf = (part: FilePart, ref: string, naming: Naming): Record<string, string> => {
  const kept = part.providerData?.[aiSdkKey]?.["reference"]
  const out: Record<string, string> = {}
  if (isObject(kept)) for (const key of Object.keys(kept)) out[key] = String(kept[key])
  return Object.keys(out).length > 0 ? out : { [naming.namespace]: ref }
}

/** A file as the AI SDK carries it, with its media type. A URL that is none is an `InvalidRequest`. */
export const toFileData = (
  part: FilePart,
  naming: Naming,
): { readonly data: SharedV4FileData; readonly mediaType: string } => {
  const { source, mediaType } = part
  switch (source.type) {
    case "bytes":
      return { data: { type: "data", data: source.bytes }, mediaType }
    case "base64":
      return { data: { type: "data", data: source.base64 }, mediaType }
    case "text":
      return { data: { type: "text", text: source.text }, mediaType }
    case "ref":
      return {
        data: {
          type: "reference",
          reference: referenceOf(part, source.ref, naming) as Record<string, string> & { type?: never },
        },
        mediaType,
      }
    case "url": {
      const [, inlined, base64] = dataUrl.exec(source.url) ?? []
      if (base64 !== undefined) return { data: { type: "data", data: base64 }, mediaType: inlined || mediaType }
      const url = URL.parse(source.url)
      if (url === null) {
        const message = "a file's URL is not a URL"
        throw LlmError.make({ _tag: "InvalidRequest", field: "messages", message })
      }
      const exact = url.href === source.url ? {} : { originalUrl: source.url }
      return { data: { type: "url", url, ...exact }, mediaType }
    }
  }
}

/** The inverse. Of a reference the first upload is taken, and the whole kept beside it. */
export const fromFileData = (
  data: SharedV4FileData,
): { readonly source: FileSource; readonly extra?: ProviderData[string] } => {
  switch (data.type) {
    case "data":
      return typeof data.data === "string"
        ? { source: { type: "base64", base64: data.data } }
        : { source: { type: "bytes", bytes: data.data } }
    case "text":
      return { source: { type: "text", text: data.text } }
    case "url":
      return { source: { type: "url", url: data.originalUrl ?? data.url.href } }
    case "reference": {
      const [ref = ""] = Object.values(data.reference)
      return { source: { type: "ref", ref }, extra: { reference: { ...data.reference } } }
    }
  }
}
