import { isDeepStrictEqual } from "node:util"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type AnswerSchema, type Fault, type ReadySchema, readySchema } from "./AnswerSchema.ts"
import type { Extraction, FoundJson } from "./Extraction.ts"
import { candidatesOf, type ExtractOptions, toFound } from "./extractJson.ts"
import type { Candidate } from "./internal/Candidate.ts"
import { type Choice, choose, isRival, ordered } from "./internal/choose.ts"
import { coerce, type Coercion } from "./internal/schema/coerce.ts"
import { parseSourced } from "./internal/numberSource.ts"
import { TimeBudget } from "./internal/schema/TimeBudget.ts"
import type { Value } from "./internal/Value.ts"
import { certain, repairCosts } from "./Repair.ts"

/** `choose: "fits"` (the default here) takes the value that the schema fits best. */
export interface ExtractWithOptions extends Omit<ExtractOptions, "choose"> {
  readonly choose?: Choice
  /** May the schema decide between readings? Default: true. */
  readonly coerce?: boolean
}

/** What was found, what the schema decided about it, and what of it the schema refuses. */
export type SchemaExtraction = Extraction & {
  readonly coercions: ReadonlyArray<Coercion>
  readonly faults: ReadonlyArray<Fault>
}

interface Alternative {
  readonly candidate: Candidate
  readonly points: number
  /** Another is as likely. */
  readonly close: boolean
}

interface Reading extends Alternative {
  readonly found: FoundJson
  readonly coercions: ReadonlyArray<Coercion>
  readonly faults: ReadonlyArray<Fault>
}

/** With a schema no more readings than these are tried. */
const maxTried = 24

/** As `extractJson`, guided by a schema. Fails with `InvalidRequest` when the schema cannot be used. */
export const extractWith = Effect.fnUntraced(function* (
  text: string,
  schema: AnswerSchema,
  options: ExtractWithOptions = {},
): Effect.fn.Return<SchemaExtraction, LlmError> {
  const ready = yield* readySchema(schema)
  const budget = new TimeBudget(text.length)
  const { choose: choice = "fits", ...rest } = options
  const all = candidatesOf(text, rest)
  if ("found" in all) {
    if (!all.found) return { ...all, coercions: [], faults: [] }
    const { found, coercions, faults } = yield* read({ budget, text, found: all, candidate: undefined }, ready, options)
    return { ...found, coercions, faults }
  }
  const pool = choice === "fits" ? alternatives(text, all.candidates) : chosen(text, all.candidates, choice)
  const about = { tags: all.tags, candidates: all.candidates.length }
  const readings: Array<Reading> = []
  for (const one of pool) {
    const found = toFound(text, one.candidate, { ...about, close: one.close })
    readings.push({ ...one, ...(yield* read({ budget, text, found, candidate: one.candidate }, ready, options)) })
  }
  const best = readings.reduce<Reading | undefined>((a, b) => (a === undefined || isBetter(b, a) ? b : a), undefined)
  if (best === undefined)
    return { found: false, reason: "no-json", message: "there is no JSON in the text", coercions: [], faults: [] }
  if (best.close || !readings.some((other) => isAsGood(best, other)))
    return { ...best.found, coercions: best.coercions, faults: best.faults }
  const doubted = toFound(text, best.candidate, { ...about, close: true })
  const { found, coercions, faults } = yield* read(
    { budget, text, found: doubted, candidate: best.candidate },
    ready,
    options,
  )
  return { ...found, coercions, faults }
})

const chosen = (
  text: string,
  candidates: ReadonlyArray<Candidate>,
  choice: Exclude<Choice, "fits">,
): ReadonlyArray<Alternative> => {
  const one = choose(text, candidates, choice)
  return one === undefined ? [] : [{ ...one, points: 0 }]
}

/** Every value by its likelihood, then the members of sequences. Whether another is close is seen when all are read. */
const alternatives = (text: string, candidates: ReadonlyArray<Candidate>): ReadonlyArray<Alternative> => {
  const real = candidates.filter(({ surrounding }) => surrounding.place !== "thinking")
  const whole = ordered(
    text,
    real.length > 0 ? real : candidates.filter(({ repairs }) => !repairs.has("truncated")),
  ).map(([candidate, points]) => ({ candidate, points, close: false }))
  const members = whole.flatMap(({ candidate, points }) =>
    candidate.members
      .slice(-maxTried)
      .reverse()
      .map((member) => ({ candidate: member, points, close: false })),
  )
  return [...whole.slice(0, maxTried), ...members].slice(0, 2 * maxTried)
}

/** Does the schema take both, so that it says nothing about which was meant? */
const isAsGood = (best: Reading, other: Reading): boolean =>
  other !== best &&
  other.faults.length === best.faults.length &&
  isRival([best.candidate, best.points], [other.candidate, other.points]) &&
  !isDeepStrictEqual(best.found.value, other.found.value)

/** The one with fewer faults; with as many, the likelier one unless it needed the schema's help and the other did not. */
const isBetter = (a: Reading, b: Reading): boolean => {
  if ((a.faults.length === 0) !== (b.faults.length === 0)) return a.faults.length === 0
  return a.faults.length > 0 && a.faults.length < b.faults.length && a.found.score > 0.3
}

const isValue = (value: unknown): value is Value => value !== undefined

/** What was found, and where its source is. Without a candidate all of the text is valid JSON. */
interface Source {
  readonly budget: TimeBudget
  readonly text: string
  readonly found: FoundJson
  readonly candidate: Candidate | undefined
}

const read = Effect.fnUntraced(function* (
  { budget, candidate, found, text }: Source,
  ready: ReadySchema,
  options: ExtractWithOptions,
): Effect.fn.Return<Pick<Reading, "found" | "coercions" | "faults">> {
  const plain = yield* ready.check(found.value, budget)
  if (
    plain.length === 0 ||
    ready.jsonSchema === undefined ||
    options.coerce === false ||
    options.repair === false ||
    !isValue(found.value)
  )
    return { found, coercions: [], faults: plain }
  const value = candidate === undefined ? parseSourced(text) : sourced(text, candidate)
  const guided = coerce(value ?? found.value, ready.jsonSchema, text.slice(found.start, found.end).trim())
  if (guided.coercions.length === 0) return { found, coercions: [], faults: plain }
  const faults = yield* ready.check(guided.value, budget)
  if (faults.length > 0 && faults.length >= plain.length) return { found, coercions: [], faults: plain }
  return { found: lowered(found, guided), coercions: guided.coercions, faults }
})

/** The same value, with how its numbers were written. What had to be repaired has that already. */
const sourced = (text: string, { end, members, start, value }: Candidate): Value =>
  members.length > 0 ? members.map((member) => sourced(text, member)) : (parseSourced(text.slice(start, end)) ?? value)

/** Each coercion costs something, many of one kind less than as many times one. */
const lowered = (found: FoundJson, { coercions, value }: ReturnType<typeof coerce>): FoundJson => {
  const score = Number((found.score * (1 - repairCosts.coercion) ** Math.sqrt(coercions.length)).toFixed(3))
  return { ...found, value, score, certain: score >= certain }
}
