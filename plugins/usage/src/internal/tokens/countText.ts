import { claudeFactor } from "./claudeFactor.ts"
import { loadedVocabulary, type Count } from "./encodings.ts"
import { familyOf, guess } from "./families.ts"
import type { Plan } from "./plan.ts"
import { makeupOf } from "./scripts.ts"

/** The count of a text, before correction, and what is to be thought of it. */
export interface Raw {
  readonly tokens: number
  readonly exact: boolean
  readonly error: number
  readonly method: string
}

/** Errors of the estimate by makeup alone, on top of the family's. */
const makeupError = 0.15

/** Without any vocabulary: by the text's makeup. */
export const estimateText = ({ exact, model, vocabulary }: Plan, text: string): Raw => {
  const { error, factor, tokens } = guess(makeupOf(text), familyOf(model))
  const times = exact ? 1 : factor * (vocabulary === "claude" ? claudeFactor(model.name).factor : 1)
  return { tokens: Math.ceil(tokens * times), exact: false, error: Math.max(makeupError, error), method: "estimate" }
}

const byClaude = (name: string, text: string, count: Count): Raw => {
  const { error, factor } = claudeFactor(name)
  return { tokens: Math.ceil(count(text) * factor), exact: false, error, method: `claude x ${factor}` }
}

const byFamily = ({ model }: Plan, text: string, count: Count): Raw => {
  const family = familyOf(model)
  const { error, factor } = guess(makeupOf(text), family)
  return { tokens: Math.ceil(count(text) * factor), exact: false, error, method: `o200k_base x ${family.name}` }
}

/** With what is loaded. */
export const countText = (plan: Plan, text: string): Raw => {
  if (plan.own !== undefined) return { tokens: plan.own(text), exact: true, error: 0, method: "tokenizer.json" }
  const count = loadedVocabulary(plan.vocabulary)
  if (count === undefined) return estimateText(plan, text)
  if (plan.exact) return { tokens: count(text), exact: true, error: 0, method: plan.vocabulary }
  return plan.vocabulary === "claude" ? byClaude(plan.model.name, text, count) : byFamily(plan, text, count)
}

export const addRaw = (a: Raw, b: Raw): Raw => {
  const tokens = a.tokens + b.tokens
  const error = tokens === 0 ? 0 : (a.error * a.tokens + b.error * b.tokens) / tokens
  return { tokens, exact: a.exact && b.exact, error, method: b.method }
}

/** What a cut through a long run may change. */
const cutError = 0.001

/** A piece whose cut was not safe is no longer exact. */
export const afterCut = (raw: Raw, exact: boolean): Raw =>
  exact ? raw : { ...raw, exact: false, error: Math.max(cutError, raw.error) }
