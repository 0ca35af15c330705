import type { Extraction, FoundJson, NoJson } from "./Extraction.ts"
import type { Candidate } from "./internal/Candidate.ts"
import { type Choice, choose } from "./internal/choose.ts"
import { fallBack } from "./internal/fallBack.ts"
import { findCandidates, maxValues } from "./internal/findCandidates.ts"
import { parseStrict } from "./internal/parseAt.ts"
import { joinSequences } from "./internal/sequences.ts"
import { isTooDeep, maxDepth } from "./internal/Value.ts"
import { certain, RepairLog } from "./Repair.ts"

export type { Choice } from "./internal/choose.ts"

/** `maxChars`: longer texts are refused; default 20,000,000 UTF-16 units. `repair`: default true. */
export interface ExtractOptions {
  readonly choose?: Exclude<Choice, "fits">
  readonly repair?: boolean
  readonly maxChars?: number
}

export const defaultMaxChars = 20_000_000

/**
 * The JSON in an answer of a model: out of fences, tags and prose, repaired where it is broken. Never throws; valid JSON
 * is what JSON.parse makes of it. The work is linear in the length of the text.
 */
export const extractJson = (text: string, options: ExtractOptions = {}): Extraction => {
  const all = candidatesOf(text, options)
  if ("found" in all) return all
  const chosen = choose(text, all.candidates, options.choose ?? "auto")
  if (chosen === undefined) return nothing
  return toFound(text, chosen.candidate, { close: chosen.close, tags: all.tags, candidates: all.candidates.length })
}

const nothing: NoJson = { found: false, reason: "no-json", message: "there is no JSON in the text" }
const tooDeep: NoJson = {
  found: false,
  reason: "too-deep",
  message: `the JSON is nested more than ${maxDepth} deep`,
}

/** All values of a text, or the answer at once. */
export const candidatesOf = (
  text: string,
  { repair = true, maxChars = defaultMaxChars }: ExtractOptions,
): { readonly candidates: ReadonlyArray<Candidate>; readonly tags: boolean } | Extraction => {
  if (text.length > maxChars) {
    return { found: false, reason: "too-long", message: `the text is longer than ${maxChars} characters` }
  }
  // JSON.parse would build all of it first.
  if (opensTooDeep(text)) return tooDeep
  const valid = parseStrict(text)
  if (valid !== undefined) {
    if (isTooDeep(valid)) return tooDeep
    return {
      found: true,
      value: valid,
      score: 1,
      certain: true,
      repairs: [],
      start: 0,
      end: text.length,
      candidates: 1,
    }
  }
  const { candidates, tooDeep: refused, tooMany, tags } = findCandidates(text)
  if (refused) return tooDeep
  if (tooMany)
    return { found: false, reason: "too-long", message: `there are more than ${maxValues} values in the text` }
  const usable = repair ? candidates : candidates.filter(({ repairs }) => repairs.size === 0)
  const joined = joinSequences(text, usable)
  if (joined.length > 0) return { candidates: joined, tags }
  if (!repair) {
    return candidates.length === 0
      ? nothing
      : { found: false, reason: "not-valid", message: "the JSON in the text is not valid" }
  }
  const last = fallBack(text)
  return last === undefined ? nothing : { candidates: [last], tags }
}

/** Does it begin with more opening brackets than may be nested? */
const opensTooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < 4 * maxDepth && depth <= maxDepth; at++) {
    const sign = text[at]
    if (sign === "[" || sign === "{") depth++
    else if (sign !== " " && sign !== "\n") return false
  }
  return depth > maxDepth
}

/** What is said of the choice: whether another was close, whether there were tags, how many there were. */
export interface About {
  readonly close: boolean
  readonly tags: boolean
  readonly candidates: number
}

export const toFound = (text: string, candidate: Candidate, { close, tags, candidates }: About): FoundJson => {
  const { start, end, surrounding, value } = candidate
  const repairs = new RepairLog()
  repairs.addAll(candidate.repairs)
  if (surrounding.place === "fence") repairs.add("fence", start)
  if (tags || surrounding.place === "thinking") repairs.add("tag", start)
  if (surrounding.place === "thinking") repairs.add("fallback", start)
  if (isProse(text, start, end)) repairs.add("prose", start)
  if (close) repairs.add("choice", start)
  const score = repairs.score()
  return { found: true, value, score, certain: score >= certain, repairs: repairs.list(), start, end, candidates }
}

const isProse = (text: string, start: number, end: number): boolean =>
  /[^\s`~;\ufeff]/.test(text.slice(Math.max(0, start - 400), start).replace(/[`~]{3}\w*\s*$/, "")) ||
  /[^\s`~;]/.test(text.slice(end, end + 400))
