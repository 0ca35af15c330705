import type { LlmError, ProviderResponse } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AuditEntry, OnDeadline, Ticket, TicketStatus, TicketSubject } from "./Ticket.ts"

/** A person, by name, and why. */
export interface By {
  readonly by: string
  readonly note?: string
}

export interface NewTicket {
  readonly reason: string
  readonly subject: TicketSubject
  /** From now, in ms. */
  readonly deadlineMs: number
  readonly onDeadline: OnDeadline
}

/** Where a ticket stands for the one who asked. A rejection is a failure. */
export type Answered =
  | { readonly status: "open" }
  | { readonly status: "answered"; readonly response: ProviderResponse }

/**
 * The queue of questions to people. All of it may be used without a stack. A ticket that is not there, and a decision on a
 * ticket that is decided, fail with `InvalidRequest`, a store that fails with `PluginFailure`.
 */
export class Reviews extends Context.Service<
  Reviews,
  {
    readonly open: (ticket: NewTicket) => Effect.Effect<Ticket, LlmError>
    /** The newest first, 100 unless told. A limit that is no whole number above 0 is refused. */
    readonly list: (filter?: {
      readonly status?: TicketStatus
      readonly limit?: number
    }) => Effect.Effect<ReadonlyArray<Ticket>, LlmError>
    readonly get: (id: string) => Effect.Effect<Ticket, LlmError>
    /** The answer is returned as it is. Fails where the model gave none. */
    readonly approve: (id: string, by: By) => Effect.Effect<Ticket, LlmError>
    /** The answer is returned with this text. Fails where the model gave none. */
    readonly edit: (id: string, by: By & { readonly text: string }) => Effect.Effect<Ticket, LlmError>
    /** The call fails with `OutputInvalid`, which says who and why. */
    readonly reject: (id: string, by: By) => Effect.Effect<Ticket, LlmError>
    /** This text is the answer. */
    readonly answer: (id: string, by: By & { readonly text: string }) => Effect.Effect<Ticket, LlmError>
    readonly audit: (id: string) => Effect.Effect<ReadonlyArray<AuditEntry>, LlmError>
    /** For those who got `HumanReviewRequired { ticket }`: open, the answer, or the failure that the decision amounts to. */
    readonly poll: (id: string) => Effect.Effect<Answered, LlmError>
    /** Waits for the decision, whichever process it is made in. Who stops waiting leaves the ticket open. */
    readonly wait: (id: string) => Effect.Effect<ProviderResponse, LlmError>
  }
>()("@switchyard/human-review/Reviews") {}
