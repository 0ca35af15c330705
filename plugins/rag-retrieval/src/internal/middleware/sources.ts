import {
  type Answer,
  openedAnswer,
  type Part,
  type ProviderResponse,
  type SourcePart,
  type StreamPart,
  wholeAnswer,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Placed } from "./frame.ts"
import { lineAt } from "./lines.ts"
import { marked } from "./Mark.ts"

/** A passage as the source of an answer. Its id is its number, by which the answer names it. */
const sourceOf = ({ mark, passage }: Placed): SourcePart => {
  const { number, source, start, end, startLine } = mark
  return {
    type: "source",
    id: String(number),
    source: {
      type: "document",
      title: source,
      text: passage.chunk.text,
      start,
      end,
      ...(startLine === undefined ? {} : { line: startLine }),
    },
    providerData: marked(mark),
  }
}

/**
 * The passage that a provider quotes: the file of that name; or where passages have no names, as in system messages, the one
 * that has the quoted text in that place.
 */
const quoted = ({ source }: SourcePart, placed: ReadonlyArray<Placed>): Placed | undefined => {
  if (source.type !== "document") return undefined
  const { title, text, start, end } = source
  const named = placed.find(({ filename }) => filename === title)
  if (named !== undefined) return text === undefined || named.framed.includes(text) ? named : undefined
  if (text === undefined || text === "" || start === undefined) return undefined
  return placed.find(({ framed }) => framed.slice(start, end) === text)
}

/** A provider's own citation of a passage stands in the passage: it is brought to the document. Others stay as they are. */
const broughtHome = (part: SourcePart, placed: ReadonlyArray<Placed>): SourcePart => {
  const { source } = part
  const cited = quoted(part, placed)
  if (source.type !== "document" || cited === undefined) return part
  const { mark, passage, offset } = cited
  const at = (position: number): number => Math.min(mark.end, mark.start + Math.max(0, position - offset))
  const { start, end, line: _, ...rest } = source
  const line = mark.startLine === undefined ? undefined : lineAt(passage, mark.startLine, (start ?? 0) - offset)
  return {
    ...part,
    source: {
      ...rest,
      title: mark.source,
      ...(start === undefined ? {} : { start: at(start) }),
      ...(end === undefined ? {} : { end: at(end) }),
      ...(line === undefined ? {} : { line }),
    },
    providerData: { ...part.providerData, ...marked(mark) },
  }
}

const isSource = (part: StreamPart | Part): part is SourcePart => part.type === "source"

/**
 * Follows the parts of one answer. Citations that the provider makes itself are brought to the document; where it cites no
 * document, all passages are the answer's sources, after its text. A turn that calls tools rests on nothing yet.
 */
class Sources {
  readonly #placed: ReadonlyArray<Placed>
  /** The provider's own: of pages on the web, say. */
  readonly #ids = new Set<string>()
  #cited = false
  #text = false

  constructor(placed: ReadonlyArray<Placed>) {
    this.#placed = placed
  }

  see<A extends Part | StreamPart>(part: A): A | SourcePart {
    if (part.type === "text" || part.type === "text-delta") this.#text ||= part.text !== ""
    if (!isSource(part)) return part
    this.#ids.add(part.id)
    this.#cited ||= part.source.type === "document"
    return broughtHome(part, this.#placed)
  }

  own(finish: string): ReadonlyArray<SourcePart> {
    if (this.#cited || !this.#text || finish === "tool-calls") return []
    return this.#placed.map((placed) => {
      const source = sourceOf(placed)
      return this.#ids.has(source.id) ? { ...source, id: `passage-${source.id}` } : source
    })
  }

  response(response: ProviderResponse): ProviderResponse {
    const content = response.content.map((part) => this.see(part))
    return { ...response, content: [...content, ...this.own(response.finish.unified)] }
  }

  /** Before its `finish` a stream gets what `response` would add at the end. */
  batch([first, ...rest]: readonly [StreamPart, ...ReadonlyArray<StreamPart>]): [StreamPart, ...Array<StreamPart>] {
    const [head, ...tail] = this.#parts(first)
    return [head, ...tail, ...rest.flatMap((part) => this.#parts(part))]
  }

  #parts(part: StreamPart): [StreamPart, ...Array<StreamPart>] {
    if (part.type !== "finish") return [this.see(part)]
    const [head, ...tail] = this.own(part.reason.unified)
    return head === undefined ? [part] : [head, ...tail, part]
  }
}

/** The answer with the passages that it rests on as `source` parts; the same for one that is whole and one that flows. */
export const withSources = (answer: Answer, placed: ReadonlyArray<Placed>): Answer => {
  if (placed.length === 0) return answer
  const sources = new Sources(placed)
  if (answer._tag === "Whole") return wholeAnswer(sources.response(answer.response))
  const { pull, close = Effect.void } = answer
  if (pull !== undefined)
    return openedAnswer(
      Effect.map(pull, (batch) => sources.batch(batch)),
      close,
    )
  const parts = Stream.mapArray(answer.parts, (batch) => sources.batch(batch))
  return { _tag: "Flowing", parts }
}
