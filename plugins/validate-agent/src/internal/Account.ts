import type { CallContext, LlmRequest, Usage } from "@switchyard/core"
import type { Settings } from "./settings.ts"

/**
 * What the judges of one call have used, and what they keep of it: the request as it first came, before feedback was
 * added, and samples that hold for later attempts too.
 */
export class Account {
  asks = 0
  tokens = 0
  usd = 0
  readonly request: LlmRequest
  readonly samples = new Map<object, ReadonlyArray<string>>()
  readonly #warned = new Set<string>()

  constructor(request: LlmRequest) {
    this.request = request
  }

  /** Counts one ask, or says why it may not be made. */
  take({ maxAsks, maxTokens, maxUsd }: Settings): string | undefined {
    if (this.asks >= maxAsks) return `the budget of ${maxAsks} asks for this call is spent`
    if (this.tokens >= maxTokens) return `the budget of ${maxTokens} tokens for the judges of this call is spent`
    if (this.usd >= maxUsd) return `the budget of ${maxUsd} USD for the judges of this call is spent`
    this.asks++
    return undefined
  }

  used({ input, output, cost }: Usage): void {
    this.tokens += (input.total ?? 0) + (output.total ?? 0)
    if (cost?.currency === "USD") this.usd += cost.amount
  }

  /** Warns in the call, each text once however often the answer is judged. */
  warn(context: Pick<CallContext, "warn">, message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    context.warn({ type: "other", message, setting: "policy.validators" })
  }
}

/** The accounts of the calls that are under way; each goes with its call. */
export type Accounts = WeakMap<CallContext, Account>

export const accountOf = (accounts: Accounts, context: CallContext, request: LlmRequest): Account => {
  const found = accounts.get(context)
  if (found !== undefined) return found
  const account = new Account(request)
  accounts.set(context, account)
  return account
}
