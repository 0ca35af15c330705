import { Candidate, ProviderResponse, Verdict } from "@switchyard/core"
import * as Schema from "effect/Schema"

/** `expired`: the deadline came and nobody had decided. */
export const TicketStatus = Schema.Literals(["open", "approved", "edited", "rejected", "answered", "expired"])
export type TicketStatus = typeof TicketStatus.Type

/** What happens at the deadline. `fail`: the caller gets `HumanReviewRequired`. */
export const OnDeadline = Schema.Literals(["reject", "approve", "fail"])
export type OnDeadline = typeof OnDeadline.Type

/** What a person needs to judge: what was asked, what came of it, and why it is here. Without headers, keys and bytes. */
export const TicketSubject = Schema.Struct({
  request: Schema.Json,
  /** The answer in question, as it is returned when approved; absent where the model gave none. */
  answer: Schema.optionalKey(Schema.toCodecJson(ProviderResponse)),
  verdict: Schema.optionalKey(Verdict),
  error: Schema.optionalKey(Schema.Struct({ reason: Schema.String, message: Schema.String })),
  candidate: Candidate,
  call: Schema.String,
  tenant: Schema.optionalKey(Schema.String),
  tags: Schema.Record(Schema.String, Schema.String),
})
export interface TicketSubject extends Schema.Schema.Type<typeof TicketSubject> {}

/** `text`: the edited or written answer. `note`: why. */
export interface Decision {
  readonly by: string
  readonly at: number
  readonly text?: string
  readonly note?: string
}

/** A question to a person. Times are ms since 1970. The id is no secret. */
export interface Ticket {
  readonly id: string
  readonly status: TicketStatus
  /** Why a person is asked, in the retry policy's words. */
  readonly reason: string
  readonly createdAt: number
  readonly deadlineAt: number
  readonly onDeadline: OnDeadline
  readonly subject: TicketSubject
  /** Who decided, and what; absent while it is open. */
  readonly decision?: Decision
}

/** Something that happened to a ticket. `by`: a person, or `deadline`, or the plugin. */
export interface AuditEntry {
  readonly ticket: string
  readonly at: number
  readonly by: string
  readonly action: string
  readonly note?: string
}
