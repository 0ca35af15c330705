import type { Document } from "./documents.ts"
import { type Question, TELLING } from "./question.ts"
import type { Candidate, Counts, Scanned } from "./scan.ts"
import { eachToken, normalise } from "./terms.ts"

/** Okapi BM25's usual constants: Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond". */
const K1 = 1.2
const B = 0.75
/** How much a word in the headings, or elsewhere in the block, counts beside one in the sentence: fields as in BM25F. */
const HEADING = 0.4
const AROUND = 0.2
/** A shorter sentence counts as this many words: a fragment is not the better for being short. */
const SHORTEST = 6
/** Relevance against novelty: Carbonell & Goldstein 1998, "The Use of MMR". */
const LAMBDA = 0.7
/** Sentences among which MMR chooses. */
const POOL = 48
/** Nothing that scores below this part of the best sentence is quoted. */
const TAIL = 0.4
/** Sentences that share so much of their words say the same. */
const SAME = 0.85

/** A candidate with its score (BM25 with bonuses, at least 0) and the part of the question that it covers (0..1). */
export interface Scored {
  readonly candidate: Candidate
  readonly score: number
  readonly coverage: number
}

/** Inverse document frequency over sentences, never negative. */
const idf = (sentences: number, frequency: number): number =>
  Math.log(1 + (sentences - frequency + 0.5) / (frequency + 0.5))

interface Weighing {
  readonly question: Question
  readonly documents: ReadonlyArray<Document>
  readonly weights: ReadonlyArray<number>
  /** The terms that say what is asked: a sentence must cover enough of them. */
  readonly telling: ReadonlyArray<boolean>
  /** Their weight together. */
  readonly total: number
  readonly average: number
}

const weigh = (question: Question, scanned: Scanned, documents: ReadonlyArray<Document>): Weighing => {
  const weights = question.terms.map(
    ({ weight }, term) => weight * idf(scanned.sentences, Math.max(1, scanned.frequency[term] ?? 0)),
  )
  const telling = question.terms.map(({ weight }) => weight >= TELLING)
  const total = weights.reduce((sum, weight, term) => (telling[term] === true ? sum + weight : sum), 0)
  return {
    question,
    documents,
    weights,
    telling,
    total,
    average: Math.max(1, scanned.words / Math.max(1, scanned.sentences)),
  }
}

const count = (counts: Counts, term: number): number => counts.get(term) ?? 0

const scoreOf = (candidate: Candidate, weighing: Weighing): Scored => {
  const { weights, telling, total, average } = weighing
  const { counts, heading, around, length } = candidate
  const norm = K1 * (1 - B + (B * Math.max(length, SHORTEST)) / average)
  let score = 0
  let covered = 0
  weights.forEach((weight, term) => {
    const own = count(counts, term)
    const above = Math.min(1, count(heading, term)) * HEADING
    const near = Math.min(1, count(around, term) - own) * AROUND
    const frequency = own + above + Math.max(0, near)
    if (frequency <= 0) return
    score += (weight * frequency * (K1 + 1)) / (frequency + norm)
    if (telling[term] === true) covered += weight * Math.min(1, frequency)
  })
  return { candidate, score: score * bonus(candidate, weighing), coverage: total > 0 ? covered / total : 0 }
}

const REASONS =
  /\b(?:because|since|so that|therefore|due to|in order to|to avoid|weil|denn|damit|parce que|porque|perché|потому)\b|因为|から|ので|لأن|क्योंकि|เพราะ/iu

/** What the form of a sentence adds to or takes from its score. */
const bonus = (candidate: Candidate, { question, documents }: Weighing): number => {
  const { document, block, start, end, length, position, phrases } = candidate
  const { hints } = question
  const text = documents[document]?.text.slice(start, end) ?? ""
  let factor = 1 + 0.1 / (1 + position) + 0.1 * Math.min(3, phrases)
  if (block.kind === "code") factor *= hints.code ? 0.9 : 0.6
  else if (/[?？؟][\s"'”’»)\]*_]*$/u.test(text)) factor *= 0.4
  if (length < 3 && block.kind !== "code") factor *= 0.6
  if (hints.number && /\p{N}|[一二三四五六七八九十百千万]/u.test(text)) factor *= 1.2
  if (hints.reason && REASONS.test(text)) factor *= 1.2
  if (hints.defines && isDefinition(text, question)) factor *= 1.5
  return factor
}

const COPULA =
  /^[\s*_`"”)\],]*(?:\([^)]{0,80}\)\s*)?(?:is|are|was|were|means|refers to|stands for|ist|sind|war|bezeichnet|est|sont|était|es|son|fue|è|são|é|—|–|-|это|:|\||是|は|とは|คือ|هو|هي|है)/iu

/** "X is …": the sentence begins with the question's own words, and what follows them says what they are. */
const isDefinition = (text: string, { terms }: Question): boolean => {
  const asked = new Set(terms.filter((term) => term.weight >= 0.5 && !term.pair).map((term) => term.form))
  const head = text
    .slice(0, 160)
    .replace(/^[\s*_`"“„«([|-]*(?:(?:the|an?|der|die|das|eine?|la|les?|un|une|el|los)\s+)?/iu, "")
  let at = 0
  let known = true
  eachToken(head, (raw, pair) => {
    if (!known || pair) return
    if (asked.has(normalise(raw))) at = head.indexOf(raw, at) + raw.length
    else known = false
  })
  if (at > 0 && COPULA.test(head.slice(at))) return true
  return /है।?\s*$/u.test(text) && at > 0
}

/** Every candidate that covers at least `minScore` of the question, best first. */
export const rank = (
  question: Question,
  scanned: Scanned,
  documents: ReadonlyArray<Document>,
  minScore: number,
): ReadonlyArray<Scored> => {
  const weighing = weigh(question, scanned, documents)
  const scored: Array<Scored> = []
  for (const candidate of scanned.candidates) {
    const one = scoreOf(candidate, weighing)
    if (one.score > 0 && one.coverage >= minScore) scored.push(one)
  }
  return scored.sort((a, b) => b.score - a.score).slice(0, POOL)
}

/** Which words a sentence has. */
const wordsOf = (text: string): ReadonlySet<string> => {
  const words = new Set<string>()
  eachToken(text, (raw, pair) => {
    if (!pair) words.add(normalise(raw))
  })
  return words
}

/** Cosine of two sets of words. */
const similarity = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  if (a.size === 0 || b.size === 0) return 0
  let shared = 0
  for (const word of a) if (b.has(word)) shared++
  return shared / Math.sqrt(a.size * b.size)
}

/** At most `most` of the ranked sentences, in the order of choice: relevant, and new beside those already chosen. */
export const diversify = (
  ranked: ReadonlyArray<Scored>,
  documents: ReadonlyArray<Document>,
  most: number,
): ReadonlyArray<Scored> => {
  const top = ranked[0]?.score ?? 0
  const left = ranked
    .filter(({ score }) => score >= top * TAIL)
    .map((one) => {
      const { document, start, end } = one.candidate
      return { one, words: wordsOf(documents[document]?.text.slice(start, end) ?? ""), like: 0 }
    })
  const chosen: Array<Scored> = []
  while (chosen.length < most && left.length > 0) {
    let best = 0
    let bestValue = -Infinity
    left.forEach(({ one, like }, index) => {
      const value = LAMBDA * (one.score / top) - (1 - LAMBDA) * like
      if (value > bestValue) {
        best = index
        bestValue = value
      }
    })
    const [next] = left.splice(best, 1)
    if (next === undefined || next.like > SAME) continue
    chosen.push(next.one)
    for (const other of left) other.like = Math.max(other.like, similarity(other.words, next.words))
  }
  return chosen
}
