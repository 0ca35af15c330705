import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallContext } from "./CallContext.ts"
import { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import type { AttemptFailure } from "./RetryPolicy.ts"

/** Answers when retries are spent: a tool, a person. */
export interface Escalation {
  readonly escalate: (
    reason: string,
    failure: AttemptFailure,
    request: LlmRequest,
    context: CallContext,
  ) => Effect.Effect<ProviderResponse, LlmError>
}

/** Default: nobody is there, so the call fails with `HumanReviewRequired` and no ticket. */
export const Escalation = Context.Reference<Escalation>("@switchyard/core/Escalation", {
  defaultValue: () => ({
    escalate: (reason) =>
      Effect.fail(
        LlmError.make({
          _tag: "HumanReviewRequired",
          message: `a person must decide (${reason}), and no review plugin is installed`,
        }),
      ),
  }),
})
