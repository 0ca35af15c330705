import { stopWordsFor } from "./stopWords.ts"
import { eachToken, fold, likeness, normalise, partsOf } from "./terms.ts"

/** A word that the question asks about. `weight` 0..1: how much it says; below `TELLING` it cannot make a sentence relevant. */
export interface QuestionTerm {
  readonly form: string
  readonly weight: number
  readonly pair: boolean
}

/** What the question's form asks for. */
export interface Hints {
  /** "What is X": the terms of X. */
  readonly defines: boolean
  /** How many, when: a sentence with a number is likelier. */
  readonly number: boolean
  /** Why: a sentence that gives a reason is likelier. */
  readonly reason: boolean
  /** How to, which command: code may answer. */
  readonly code: boolean
}

export interface Question {
  readonly terms: ReadonlyArray<QuestionTerm>
  readonly hints: Hints
}

/** How a written word of the context meets the question: which term, and how well (0..1). */
export interface Match {
  readonly term: number
  readonly weight: number
}

/** Terms of less weight are not what is asked for. */
export const TELLING = 0.4

/** More terms say nothing more and cost time. */
const MOST_TERMS = 96

const DEFINES =
  /^\W*(?:what(?:'s|’s| is| are| was| were)|who(?:'s|’s| is| was)|define\b|was (?:ist|sind)|wer (?:ist|war)|qu['’]est-ce qu|que es\b|qué (?:es|son)|quién (?:es|fue)|cos['’]è|o que é|что такое|кто так)|(?:是什么|是什麼|是谁|とは|ما هو|ما هي|क्या (?:है|हैं)|คืออะไร)/iu
const NUMBER =
  /\b(?:how (?:many|much|long|old|often|big|large|tall|high|far|fast)|when|what (?:year|date|version|time|percentage)|which (?:year|version)|wie ?viele?|wie (?:lange|alt|hoch|oft|gross|groß)|wann|combien|quand|cuánt[oa]s?|cuándo|quanti|quando)\b|多少|几|何年|いつ|いくつ|何人|كم|متى|कितन|कब|сколько|когда|กี่|เมื่อไ|เท่าไ/iu
const REASON = /\b(?:why|warum|wieso|pourquoi|por qué|perché|почему)\b|为什么|為什麼|なぜ|لماذا|क्यों|ทำไม/iu
const CODE = /\b(?:how (?:do|can|to|should)|command|install|code|example|syntax|run|configure|usage|write|snippet)\b/iu

/** What is asked, in comparable form. Words that only ask or bind weigh little, unless there are no others. */
export const readQuestion = (text: string): Question => {
  const raws: Array<{ raw: string; pair: boolean }> = []
  eachToken(text.slice(0, 20_000), (raw, pair) => raws.push({ raw, pair }))
  const stops = stopWordsFor(raws.map(({ raw }) => fold(raw)))
  const terms = new Map<string, QuestionTerm>()
  for (const { raw, pair } of raws) {
    const form = pair ? raw : normalise(raw)
    const weight = weigh(raw, pair, stops)
    const key = pair ? `${form}+` : form
    if (form !== "" && terms.size < MOST_TERMS && !terms.has(key)) terms.set(key, { form, weight, pair })
  }
  const all = [...terms.values()]
  const telling = all.some((term) => term.weight >= TELLING)
  return {
    terms: telling ? all : all.map((term) => ({ ...term, weight: 1 })),
    hints: {
      defines: DEFINES.test(text),
      number: NUMBER.test(text),
      reason: REASON.test(text),
      code: CODE.test(text),
    },
  }
}

const HIRAGANA_ONLY = /^[\p{Script=Hiragana}ー]+$/u

const weigh = (raw: string, pair: boolean, stops: ReadonlySet<string>): number => {
  if (pair) return HIRAGANA_ONLY.test(raw) || stops.has(raw) ? 0.05 : 0.4
  if (stops.has(fold(raw))) return 0.1
  if (HIRAGANA_ONLY.test(raw)) return raw.length > 3 ? 0.5 : 0.1
  return raw.length === 1 && raw.charCodeAt(0) > 0x3000 ? 0.4 : 1
}

const none: ReadonlyArray<Match> = []

/** Written forms remembered before the memory is emptied. */
const MOST_KNOWN = 200_000

/** Answers, for each word of the context, which terms of the question it stands for. Each written form is looked at once. */
export class Matcher {
  readonly #terms: ReadonlyArray<QuestionTerm>
  readonly #pairs = new Map<string, ReadonlyArray<Match>>()
  readonly #known = new Map<string, ReadonlyArray<Match>>()

  constructor(terms: ReadonlyArray<QuestionTerm>) {
    this.#terms = terms
    terms.forEach(({ form, pair }, term) => {
      if (pair) this.#pairs.set(form, [{ term, weight: 1 }])
    })
  }

  match(raw: string, pair: boolean): ReadonlyArray<Match> {
    if (pair) return this.#pairs.get(raw) ?? none
    const known = this.#known.get(raw)
    if (known !== undefined) return known
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    const found = this.#find(raw)
    this.#known.set(raw, found)
    return found
  }

  #find(raw: string): ReadonlyArray<Match> {
    const best = new Map<number, number>()
    const look = (form: string, factor: number): void => {
      this.#terms.forEach((term, index) => {
        if (term.pair) return
        const alike = term.weight < 0.5 ? (term.form === form ? 1 : 0) : likeness(term.form, form)
        const weight = alike * factor
        if (weight > (best.get(index) ?? 0)) best.set(index, weight)
      })
    }
    look(normalise(raw), 1)
    for (const part of partsOf(raw)) look(normalise(part), 0.6)
    return best.size === 0 ? none : [...best].map(([term, weight]) => ({ term, weight }))
  }
}
