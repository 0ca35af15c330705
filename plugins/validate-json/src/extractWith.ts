import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type AnswerSchema, type Fault, type ReadySchema, readySchema } from "./AnswerSchema.ts"
import type { Extraction, FoundJson } from "./Extraction.ts"
import { candidatesOf, type ExtractOptions, toFound } from "./extractJson.ts"
import type { Candidate } from "./internal/Candidate.ts"
import { type Choice, choose, ordered } from "./internal/choose.ts"
import { coerce, type Coercion } from "./internal/schema/coerce.ts"
import { isMembers, type Value } from "./internal/Value.ts"
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

interface Reading {
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
  const { choose: choice = "fits", ...rest } = options
  const all = candidatesOf(text, rest)
  if ("found" in all) {
    if (!all.found) return { ...all, coercions: [], faults: [] }
    const { found, coercions, faults } = yield* read(all, ready, options)
    return { ...found, coercions, faults }
  }
  const pool = choice === "fits" ? alternatives(text, all.candidates) : chosen(text, all.candidates, choice)
  let best: Reading | undefined
  for (const candidate of pool) {
    const close = pool.length > 1 && candidate.members.length === 0 && all.candidates.length > 1
    const about = { close: close && choice !== "fits", tags: all.tags, candidates: all.candidates.length }
    const reading = yield* read(toFound(text, candidate, about), ready, options)
    if (best === undefined || isBetter(reading, best)) best = reading
  }
  if (best === undefined)
    return { found: false, reason: "no-json", message: "there is no JSON in the text", coercions: [], faults: [] }
  return { ...best.found, coercions: best.coercions, faults: best.faults }
})

const chosen = (text: string, candidates: ReadonlyArray<Candidate>, choice: Exclude<Choice, "fits">) => {
  const one = choose(text, candidates, choice)
  return one === undefined ? [] : [one.candidate]
}

/** Every value by its likelihood, then the members of sequences. */
const alternatives = (text: string, candidates: ReadonlyArray<Candidate>): ReadonlyArray<Candidate> => {
  const real = candidates.filter(({ surrounding }) => surrounding.place !== "thinking")
  const whole = ordered(
    text,
    real.length > 0 ? real : candidates.filter(({ repairs }) => !repairs.has("truncated")),
  ).map(([candidate]) => candidate)
  const members = whole.flatMap((candidate) => candidate.members.slice(-maxTried).reverse())
  return [...whole.slice(0, maxTried), ...members].slice(0, 2 * maxTried)
}

/** The one with fewer faults; with as many, the likelier one unless it needed the schema's help and the other did not. */
const isBetter = (a: Reading, b: Reading): boolean => {
  if ((a.faults.length === 0) !== (b.faults.length === 0)) return a.faults.length === 0
  return a.faults.length > 0 && a.faults.length < b.faults.length && a.found.score > 0.3
}

const isValue = (value: unknown): value is Value => value !== undefined

const read = Effect.fnUntraced(function* (
  found: FoundJson,
  ready: ReadySchema,
  options: ExtractWithOptions,
): Effect.fn.Return<Reading> {
  const plain = yield* ready.check(found.value)
  if (
    plain.length === 0 ||
    ready.jsonSchema === undefined ||
    options.coerce === false ||
    options.repair === false ||
    !isValue(found.value)
  )
    return { found, coercions: [], faults: plain }
  const guided = coerce(structuredCopy(found.value), ready.jsonSchema)
  if (guided.coercions.length === 0) return { found, coercions: [], faults: plain }
  const faults = yield* ready.check(guided.value)
  if (faults.length > 0 && faults.length >= plain.length) return { found, coercions: [], faults: plain }
  return { found: lowered(found, guided.value), coercions: guided.coercions, faults }
})

const structuredCopy = (value: Value): Value =>
  Array.isArray(value) ? [...value] : isMembers(value) ? { ...value } : value

const lowered = (found: FoundJson, value: Value): FoundJson => {
  const score = Number((found.score * (1 - repairCosts.coercion)).toFixed(3))
  return { ...found, value, score, certain: score >= certain }
}
