import type { CallContext, LlmRequest, ProviderResponse } from "@switchyard/core"
import type { Account } from "./Account.ts"
import type { Settings } from "./settings.ts"

/** What a judgement needs of the call that it belongs to. */
export type JudgedCall = Pick<CallContext, "ask" | "warn" | "tags" | "providers">

/** One judgement under way: who judges what, in which call, with what bounds. */
export interface Session {
  readonly validator: string
  readonly settings: Settings
  readonly context: JudgedCall
  readonly account: Account
  readonly response: ProviderResponse
  /** The request as the model under test got it. */
  readonly request: LlmRequest
}

export const warn = ({ account, context, validator }: Session, message: string): void =>
  account.warn(context, `${validator}: ${message}`)
