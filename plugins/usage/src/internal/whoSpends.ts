import type { CallContext, Candidate, Usage } from "@switchyard/core"
import type { Spender, Spending } from "./BudgetRules.ts"

export const nothing: Spending = { usd: 0, input: 0, output: 0, calls: 0 }

export const named = ({ provider, model }: Candidate): string => `${provider}/${model}`

export const spenderOf = ({ provider, model }: Candidate, { tenant, tags }: CallContext): Spender => ({
  provider,
  model,
  tenant,
  tags,
})

export const covers = (held: Spending, needed: Spending): boolean =>
  held.input >= needed.input && held.output >= needed.output && (held.usd ?? 0) >= (needed.usd ?? 0)

/** What a model's name stands for, as far as that is known before routing. */
export const candidateOf = (model: string, { providers, routes }: CallContext): Candidate | undefined => {
  const route = routes[model]
  const name = route === undefined ? model : typeof route === "string" ? route : route[0]
  const slash = name?.indexOf("/") ?? -1
  if (name === undefined || slash < 0) return undefined
  const provider = name.slice(0, slash)
  return providers.get(provider) === undefined ? undefined : { provider, model: name.slice(slash + 1) }
}

export const tokensOf = ({ input, output }: Usage): Pick<Spending, "input" | "output"> => ({
  input: input.total ?? 0,
  output: output.total ?? 0,
})
