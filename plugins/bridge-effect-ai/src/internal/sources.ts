import type { Json, JsonObject, Source, SourcePart } from "@switchyard/core"
import type { Response } from "./ai.ts"
import { fromMetadata, isObject, type Marks, type Metadata, text, theirsOf, toAnswerMetadata } from "./marks.ts"

type Encoded = Response.UrlSourcePartEncoded | Response.DocumentSourcePartEncoded

/** effect/ai's sources have a title always, a parsed URL, and no passage: what differs is marked with the source itself. */
export const toSource = (part: SourcePart, marks: Marks): Encoded | undefined => {
  const { id, source } = part
  // A source is plain data.
  const own = { ...source } as { [field: string]: Json }
  const metadata = (exact: boolean): Metadata | undefined =>
    toAnswerMetadata(part.providerData, exact ? marks : { ...marks, source: own })
  if (source.type === "document") {
    const { title, mediaType } = source
    const exact = mediaType !== undefined && Object.keys(source).length === 3
    const fileName = text(theirsOf(part.providerData)["fileName"])
    return {
      type: "source",
      sourceType: "document",
      id,
      title,
      mediaType: mediaType ?? "text/plain",
      ...(fileName === undefined ? {} : { fileName }),
      metadata: metadata(exact),
    }
  }
  const url = URL.parse(source.url)
  if (url === null) return undefined
  const exact = source.title !== undefined && url.href === source.url
  return {
    type: "source",
    sourceType: "url",
    id,
    url: source.url,
    title: source.title ?? "",
    metadata: metadata(exact),
  }
}

const marked = (given: Json | undefined): Source | undefined => {
  if (!isObject(given)) return undefined
  const { type, url, title } = given as JsonObject
  if (type === "url" && typeof url === "string") return given as unknown as Source // as it was written above
  return type === "document" && typeof title === "string" ? (given as unknown as Source) : undefined
}

/** A source of an answer of effect/ai. */
export const fromSource = (part: Response.UrlSourcePart | Response.DocumentSourcePart): SourcePart => {
  const document = part.sourceType === "document" ? part : undefined
  const more = document?.fileName === undefined ? undefined : { fileName: document.fileName }
  const { providerData, marks } = fromMetadata(part.metadata, more)
  const plain = (): Source =>
    part.sourceType === "document"
      ? { type: "document", title: part.title, mediaType: part.mediaType }
      : { type: "url", url: part.url.href, ...(part.title === "" ? {} : { title: part.title }) }
  return {
    type: "source",
    id: part.id,
    source: marked(marks["source"]) ?? plain(),
    ...(providerData === undefined ? {} : { providerData }),
  }
}
