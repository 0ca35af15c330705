import type { LlmError } from "@switchyard/core"
import { embedAll, type Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { analyse } from "./internal/ground/analyse.ts"
import { decide, type Label } from "./internal/ground/decide.ts"
import { type Evidence, evidenceOf, type Sentence } from "./internal/ground/Evidence.ts"
import { restate } from "./internal/ground/restate.ts"
import { claimsOf, plainClaim } from "./internal/text/claims.ts"
import type { Span } from "./internal/text/sentences.ts"

/** Borne out by a passage, contradicted by one, or found in none. */
export type ClaimLabel = Label

/** One thing that the answer says. `start`, `end`: UTF-16 positions in the answer, `end` exclusive. */
export interface Claim {
  readonly text: string
  readonly label: ClaimLabel
  /** Index of the passage that bears it out or contradicts it. */
  readonly passage?: number
  readonly start: number
  readonly end: number
  /** How much of the claim the passages cover, 0..1. */
  readonly coverage: number
  /** The sentence that bears it out, or what speaks against it. */
  readonly why: string
}

/** `score`: the share of supported claims, 0..1. An answer that claims nothing has 1: nothing in it is made up. */
export interface Groundedness {
  readonly score: number
  readonly claims: ReadonlyArray<Claim>
}

type Lift = (claim: number, sentence: Sentence) => number

const compare = (spans: ReadonlyArray<Span>, evidence: Evidence, lift?: Lift): Groundedness => {
  const claims = spans.map(({ text, start, end }, index): Claim => {
    const plain = plainClaim(text).slice(0, 2000)
    const raised = lift === undefined ? undefined : (sentence: Sentence) => lift(index, sentence)
    const other = restate(plain)
    const first = decide(analyse(plain), evidence, raised)
    const { label, coverage, passage, why } =
      other === undefined || first.label === "supported" ? first : decide(analyse(other), evidence, raised)
    return { text, label, ...(passage === undefined ? {} : { passage }), start, end, coverage, why }
  })
  const supported = claims.filter(({ label }) => label === "supported").length
  return { score: claims.length === 0 ? 1 : supported / claims.length, claims }
}

/**
 * Compares each claim of an answer with the passages: its words with synonyms and base forms (WordNet), names, numbers
 * with units, dates, denials, opposites, who did what to whom. Offline, deterministic; time grows with claims × sentences
 * of the passages. Claims and sentences past 2,000 signs are cut.
 */
export const groundedness = (answer: string, passages: ReadonlyArray<string>): Groundedness =>
  compare(claimsOf(answer), evidenceOf(passages))

const cosine = (a: Float32Array | undefined, b: Float32Array | undefined): number => {
  if (a === undefined || b === undefined) return 0
  let [dot, x, y] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [p, q] = [a[at] ?? 0, b[at] ?? 0]
    dot += p * q
    x += p * p
    y += q * q
  }
  return x === 0 || y === 0 ? 0 : dot / Math.sqrt(x * y)
}

/** How much an embedding may add to the coverage of a claim: it helps other words through, never other numbers or names. */
const mostLift = 0.2

/**
 * The same with an embedder: a sentence whose vector is at least `similarity` (cosine, 0..1) close to the claim's counts
 * for more. Names, numbers, dates and denials are checked as before. Fails as the embedder does.
 */
export const groundednessWith = (
  embedder: Embedder,
  answer: string,
  passages: ReadonlyArray<string>,
  similarity = 0.75,
): Effect.Effect<Groundedness, LlmError> => {
  const spans = claimsOf(answer)
  const evidence = evidenceOf(passages)
  const texts = [...spans.map(({ text }) => plainClaim(text)), ...evidence.sentences.map(({ unit }) => unit.text)]
  return Effect.map(embedAll(embedder, texts), (vectors) => {
    const of = new Map(evidence.sentences.map((sentence, index) => [sentence, vectors[spans.length + index]]))
    return compare(spans, evidence, (claim, sentence) => {
      const close = cosine(vectors[claim], of.get(sentence))
      return close < similarity ? 0 : mostLift
    })
  })
}
