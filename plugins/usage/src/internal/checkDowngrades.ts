import { type Candidate, LlmError, nearest, type ProvidersShape } from "@switchyard/core"
import type { Budget } from "../Budget.ts"
import { usageOf } from "./estimate.ts"
import type { Pricing } from "./Pricing.ts"
import { named } from "./whoSpends.ts"

/** A model that is named by a budget, or what is wrong with its name. */
const candidateOf = (name: string, { all, get }: ProvidersShape): Candidate | string => {
  const slash = name.indexOf("/")
  if (slash <= 0 || slash === name.length - 1) return `must be "provider/model", and is "${name}"`
  const candidate = { provider: name.slice(0, slash), model: name.slice(slash + 1) }
  if (get(candidate.provider) !== undefined) return candidate
  const installed = all.map(({ provider: { id } }) => id).join(", ") || "none"
  return `names the provider "${candidate.provider}", which is not installed (installed: ${installed})`
}

/** Some providers list no models, and some serve more than they list: only what nobody has heard of is wrong. */
const unknown = (candidate: Candidate, { get }: ProvidersShape, { catalogue }: Pricing): string | undefined => {
  const { provider, model } = candidate
  const known = get(provider)?.provider
  if (known === undefined || known.models.length === 0 || known.models.includes(model)) return undefined
  if (known.describe(model) !== undefined || catalogue.describe(named(candidate)) !== undefined) return undefined
  const close = nearest(model, known.models)
  return `names the model "${model}", which "${provider}" does not know${close === undefined ? "" : ` (did you mean "${provider}/${close}"?)`}`
}

/** USD of a million tokens in, and of a million out. */
const pricesOf = (candidate: Candidate, { get }: ProvidersShape, { usd }: Pricing) => {
  const price = get(candidate.provider)?.provider.describe(candidate.model)?.price
  return [usageOf(1e6, 0), usageOf(0, 1e6)].map((usage) => usd(candidate, usage, { info: undefined, price }))
}

/** Going from one model to one that costs no less saves nothing of a budget in USD. */
const noCheaper = (
  { match, limit }: Budget,
  target: Candidate,
  providers: ProvidersShape,
  pricing: Pricing,
): string | undefined => {
  const from = match?.model === undefined || !("usd" in limit) ? undefined : candidateOf(match.model, providers)
  if (from === undefined || typeof from === "string" || from.model.endsWith("*")) return undefined
  const before = pricesOf(from, providers, pricing)
  const after = pricesOf(target, providers, pricing)
  const cheaper = before.some((usd, at) => {
    const other = after[at]
    return usd === undefined || other === undefined || other < usd
  })
  return cheaper ? undefined : `is "${named(target)}", which costs no less than ${named(from)}`
}

/** Where a budget leads to when it is spent is checked when the stack is built, and not on that day. */
export const checkDowngrades = (
  budgets: ReadonlyArray<Budget>,
  providers: ProvidersShape,
  pricing: Pricing,
): LlmError | undefined => {
  for (const [at, budget] of budgets.entries()) {
    const { onExceeded = "stop" } = budget
    if (onExceeded === "stop") continue
    const target = candidateOf(onExceeded.downgrade, providers)
    const wrong =
      typeof target === "string"
        ? target
        : (unknown(target, providers, pricing) ?? noCheaper(budget, target, providers, pricing))
    if (wrong === undefined) continue
    const field = `budgets[${at}].onExceeded.downgrade`
    const message = `the options of @switchyard/usage are wrong: ${field} ${wrong}`
    return LlmError.make({ _tag: "InvalidRequest", field, message }, { operation: "compose" })
  }
  return undefined
}
