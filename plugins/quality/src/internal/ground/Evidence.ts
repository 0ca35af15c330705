import { sentences, type Span } from "../text/sentences.ts"
import { analyse, markNames, namesIn } from "./analyse.ts"
import { refersBack } from "./backReference.ts"
import { exceptionIn } from "./restate.ts"
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
      .flatMap((text) => [text, ...[exceptionIn(text)].filter((found) => found !== undefined)])
      .map((text, at) => ({ unit: analyse(text.slice(0, longest)), passage: index, at })),
  )
  const names = namesIn(found.map(({ unit }) => unit))
  for (const { unit } of found) markNames(unit, names)
  let last: Unit | undefined
  const resolved = found.map(({ unit, passage, at }) => {
    last = refersBack(unit, at === 0 ? undefined : last)
    return { unit: last, passage, at, keys: keysOf(last) }
  })
  return { sentences: resolved, names }
}
