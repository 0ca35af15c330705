import { sentences, type Span } from "../text/sentences.ts"
import { analyse, markNames, namesIn } from "./analyse.ts"
import type { Unit } from "./Token.ts"

/** A sentence of the passages. */
export interface Sentence {
  readonly unit: Unit
  readonly passage: number
  /** Its place in the passage. */
  readonly at: number
  readonly keys: ReadonlySet<string>
}

/** The sentences of all passages, and the names in them. */
export interface Evidence {
  readonly sentences: ReadonlyArray<Sentence>
  readonly names: ReadonlySet<string>
}

const keysOf = ({ content, tokens }: Unit): ReadonlySet<string> => new Set(content.map((at) => tokens[at]?.stem ?? ""))

/** "Exports shrank, while imports rose" is two sentences. */
const contrasted = ({ text }: Span): ReadonlyArray<string> =>
  text.length > 2000 ? [text] : text.split(/,\s+(?=(?:while|whereas|während|tandis|mientras)\s)|;\s+/)

const longest = 2000

/** The sentences of all passages, taken apart once for all claims. Sentences past 2,000 signs are cut. */
export const evidenceOf = (passages: ReadonlyArray<string>): Evidence => {
  const found = passages.flatMap((passage, index) =>
    sentences(passage)
      .flatMap(contrasted)
      .map((text, at) => {
        const unit = analyse(text.slice(0, longest))
        return { unit, passage: index, at, keys: keysOf(unit) }
      }),
  )
  const names = namesIn(found.map(({ unit }) => unit))
  for (const { unit } of found) markNames(unit, names)
  return { sentences: found, names }
}
