import {
  type AttemptFailure,
  type CallContext,
  hideKeys,
  type LlmRequest,
  type ProviderResponse,
} from "@switchyard/core"
import type { TicketSubject } from "../Ticket.ts"
import { redacted } from "./redacted.ts"

/** What is returned when it is approved: whole, but for what only the vendor needs to be sent back. */
const answerOf = (response: ProviderResponse): ProviderResponse => {
  const { providerData, ...answer } = response
  return providerData === undefined ? response : answer
}

/** What is stored of a call that needs a person. */
export const subjectOf = (failure: AttemptFailure, request: LlmRequest, context: CallContext): TicketSubject => ({
  request: redacted(request),
  ...(failure._tag === "Rejected"
    ? { answer: answerOf(failure.response), verdict: failure.verdict }
    : { error: { reason: failure.error.reason._tag, message: hideKeys(failure.error.message) } }),
  candidate: { provider: failure.candidate.provider, model: failure.candidate.model },
  call: context.id,
  ...(context.tenant === undefined ? {} : { tenant: context.tenant }),
  tags: context.tags,
})
