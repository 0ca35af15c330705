import type { CallContext, Candidate } from "@switchyard/core"
import type { UsageOutcome, UsageRecord } from "../UsageRecord.ts"
import type { Used } from "./CallAccount.ts"

/** An attempt as the ledger keeps it. */
export const recordOf = (
  { provider, model }: Candidate,
  { id: call, operation, tenant, tags }: CallContext,
  { usage, usd, basis }: Used,
  ended: { readonly id: string; readonly at: number; readonly outcome: UsageOutcome; readonly ms: number },
): UsageRecord => ({
  ...ended,
  call,
  operation,
  provider,
  model,
  tags,
  ...(tenant === undefined ? {} : { tenant }),
  usage,
  ...(usd === undefined ? {} : { usd }),
  estimated: basis !== "reported",
  basis,
})
