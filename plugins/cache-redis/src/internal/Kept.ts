import { ProviderResponse } from "@switchyard/core"
import * as Schema from "effect/Schema"

/** What is kept of an answer. Times are ms, `storedAt` since 1970; `ms` is how long the answer took, `usd` what it cost. */
export const Kept = Schema.Struct({
  provider: Schema.String,
  storedAt: Schema.Finite,
  ttlMs: Schema.Finite,
  usd: Schema.optionalKey(Schema.Finite),
  ms: Schema.Finite,
  response: ProviderResponse,
})
export interface Kept extends Schema.Schema.Type<typeof Kept> {}
