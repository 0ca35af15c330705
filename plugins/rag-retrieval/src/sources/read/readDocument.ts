import type { LlmError } from "@switchyard/core"
import type { Document, Metadata, Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { binary, declaredEncoding, decodeText } from "./decodeText.ts"
import { htmlText } from "./htmlText.ts"
import type { ReaderHost } from "./ReaderHost.ts"
import type { Format } from "./readerThread.ts"
import { readStable, skipped, skippedNow } from "./readStable.ts"

/** A file to be read as a document. */
export interface FileToRead {
  /** Its name, maybe with folders before it. The ending says what it is. */
  readonly id: string
  readonly path: string
  /** What citations say. */
  readonly source: string
  readonly metadata: Metadata
  readonly maxBytes: number
}

type FileKind =
  | { readonly as: "text"; readonly mediaType?: string }
  | { readonly as: "html" }
  | { readonly as: "extracted"; readonly format: Format; readonly mediaType: string }

const kinds: Readonly<Record<string, FileKind>> = {
  ...Object.fromEntries(["md", "markdown", "mdx"].map((name) => [name, { as: "text", mediaType: "text/markdown" }])),
  ...Object.fromEntries(["html", "htm", "xhtml"].map((name) => [name, { as: "html" }])),
  txt: { as: "text", mediaType: "text/plain" },
  csv: { as: "text", mediaType: "text/csv" },
  tsv: { as: "text", mediaType: "text/tab-separated-values" },
  json: { as: "text", mediaType: "application/json" },
  jsonl: { as: "text", mediaType: "application/x-ndjson" },
  ndjson: { as: "text", mediaType: "application/x-ndjson" },
  pdf: { as: "extracted", format: "pdf", mediaType: "application/pdf" },
  docx: { as: "extracted", format: "docx", mediaType: "text/markdown" },
}

/** By the ending of the name. Anything else is text if it looks like it, and chunkers know code by its ending. */
const kindOf = (name: string): FileKind => {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""
  return Object.hasOwn(kinds, ending) ? (kinds[ending] ?? { as: "text" }) : { as: "text" }
}

/**
 * Reads a file as its kind. HTML and Word files become Markdown, PDFs text with a form feed between pages. `metadata` of the
 * document has, for the indexer, `sourceLines` where lines of the text are not those of the file (an empty list: the file
 * has none), and `replacedCharacters` where bytes were no UTF-8.
 */
export const readDocument = (file: FileToRead, host: ReaderHost): Effect.Effect<Document | Skipped, LlmError> => {
  const kind = kindOf(file.id)
  if (kind.as === "extracted") return extracted(file, kind, host)
  return Effect.map(readStable(file.path, { maxBytes: file.maxBytes, refuse: binary }), (bytes) => {
    if ("why" in bytes) return bytes
    const decoded = decodeText(bytes, kind.as === "html" ? declaredEncoding(bytes) : undefined)
    if (decoded === undefined) return skipped("no text in UTF-8 or UTF-16: save it as UTF-8")
    const { text, replaced } = decoded
    const metadata = { ...file.metadata, ...(replaced === 0 ? {} : { replacedCharacters: replaced }) }
    if (kind.as === "html") return pageDocument(file, text, metadata)
    const { mediaType } = kind
    return documentOf(file, { text, metadata, ...(mediaType === undefined ? {} : { mediaType }) })
  })
}

const documentOf = ({ id, source }: FileToRead, rest: Omit<Document, "id" | "source">): Document => ({
  id,
  source,
  ...rest,
})

const pageDocument = (file: FileToRead, html: string, metadata: Metadata): Document => {
  const { text, lines, title } = htmlText(html)
  return documentOf(file, {
    text,
    mediaType: "text/markdown",
    metadata: { ...metadata, sourceLines: lines },
    ...(title === undefined ? {} : { title }),
  })
}

const extracted = Effect.fnUntraced(function* (
  file: FileToRead,
  { format, mediaType }: Extract<FileKind, { as: "extracted" }>,
  host: ReaderHost,
) {
  const bytes = yield* readStable(file.path, { maxBytes: file.maxBytes })
  if ("why" in bytes) return bytes
  const found = yield* host.read(format, bytes)
  if ("why" in found) return found.transient === true ? skippedNow(found.why) : skipped(found.why)
  if ("install" in found)
    return skippedNow(`to read .${format} files, install ${found.install}: npm install ${found.install}`)
  const { text, title } = found
  // Chunkers know pages by the form feeds between them.
  const only = format === "pdf" && !text.includes("\f") ? { page: 1 } : {}
  const metadata = { ...file.metadata, ...only, sourceLines: [] }
  return documentOf(file, { text, mediaType, metadata, ...(title === undefined ? {} : { title }) })
})
