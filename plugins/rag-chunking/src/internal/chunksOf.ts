import { type Chunk, type Document, type Metadata } from "@switchyard/rag"
import type { ChunkingOptions } from "../ChunkingOptions.ts"
import { defaultMax } from "../ChunkingOptions.ts"
import { charMeasure, counterMeasure, estimateMeasure, fits } from "./Measure.ts"
import { titleOf } from "./Mark.ts"
import { readingOf } from "./mediaType.ts"
import type { Outline, Standing } from "./Outline.ts"
import { pack, type Range } from "./pack.ts"
import { placesOf } from "./places.ts"
import { recordEnd } from "./scan/rows.ts"
import type { Sentences } from "./sentences.ts"

type Writable<A> = { -readonly [K in keyof A]: A[K] }

export interface Cutting {
  readonly options: ChunkingOptions
  readonly sentences: Sentences
  /** Undefined: the core's estimate. */
  readonly count: ((text: string) => number) | undefined
}

/** The chunks of a document, as they are asked for; never more than two are held. */
export function* chunksOf(document: Document, outline: Outline, cutting: Cutting): Generator<Chunk> {
  const { text, id } = document
  const { options, count } = cutting
  const { overlap = 0, unit = "chars", max = defaultMax(unit) } = options
  const algorithm = options.algorithm ?? "recursive"
  const tokens = count === undefined ? estimateMeasure(text) : counterMeasure(text, count)
  const measure = unit === "chars" ? charMeasure(text) : tokens
  const places = placesOf(algorithm, { text, outline, sentences: cutting.sentences, separators: options.separators })
  const hard = algorithm === "structure" || algorithm === "semantic"
  const contextOf = options.context === "headings" ? contextIn(document, (to) => fits(measure, 0, to, max)) : undefined
  const known = metadataOf(document)
  let [previous, own] = ["", `${id}#0`]
  const toChunk = ({ start, end, size }: Range, index: number, last: boolean): Chunk => {
    const standing = outline.standing(start, end)
    const chunk: Writable<Chunk> = {
      id: own,
      documentId: id,
      index,
      text: text.slice(start, end),
      start,
      end,
      headings: standing.headings,
      metadata: standing.page === undefined ? known : { ...known, page: standing.page },
      tokens: (unit === "tokens" ? size : undefined) ?? tokens.size(start, end),
    }
    const context = contextOf?.(standing, start) ?? ""
    if (context !== "") chunk.context = context
    if (index > 0) chunk.previous = previous
    previous = own
    if (!last) {
      own = `${id}#${index + 1}`
      chunk.next = own
    }
    return chunk
  }
  let index = 0
  const packing = { text, measure, outline, places, max, overlap, hard, sliding: algorithm === "sliding" }
  for (const range of pack(packing)) yield toChunk(range, index++, range.end === text.length)
}

/** The document's own, without what only the chunker needs. */
const metadataOf = ({ metadata = {} }: Document): Metadata => {
  const { pageStarts: _, ...rest } = metadata
  return rest
}

/** What a chunk is to be embedded with: the title and the headings; of a table the row of its column names, if it fits. */
const contextIn = (
  document: Document,
  fitsTo: (to: number) => boolean,
): ((standing: Standing, start: number) => string) => {
  const { text, title = "" } = document
  const top = [titleOf(title)].filter((line) => line !== "")
  if (readingOf(document).as !== "csv") return ({ headings }) => [...top, ...headings].join(" > ")
  const end = recordEnd(text, 0)
  const names = fitsTo(end) ? [text.slice(0, end).trimEnd()] : []
  return (_, start) => [...top, ...(start === 0 ? [] : names)].join("\n")
}
