import { isLlmError, LlmError } from "@switchyard/core"
import { storeFailure } from "@switchyard/sql"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import type { Answered, By, NewTicket, Reviews } from "../Reviews.ts"
import type { Decision, Ticket, TicketStatus } from "../Ticket.ts"
import { plugin } from "./name.ts"
import { outcomeOf } from "./outcome.ts"
import { randomId } from "./randomId.ts"
import type { TicketTable } from "./TicketTable.ts"
import type { Waiters } from "./Waiters.ts"

interface Parts {
  readonly table: TicketTable
  readonly waiters: Waiters
  readonly store: string | Redacted.Redacted
  /** Told of each ticket that this process opens or decides. */
  readonly changed: (ticket: Ticket) => Effect.Effect<void>
}

const refused = (field: string, message: string): LlmError => LlmError.make({ _tag: "InvalidRequest", field, message })

const when = (at: number): string => new Date(at).toISOString()

const decidedAlready = ({ id, status, decision }: Ticket): LlmError => {
  const by = decision === undefined ? "" : ` by ${decision.by} at ${when(decision.at)}`
  return refused("ticket", `ticket ${id} is decided already: ${status}${by}`)
}

/** What the deadline does to a ticket. Where there is no answer, none can be approved. */
const atDeadline = ({ onDeadline, subject }: Ticket): readonly [TicketStatus, string] => {
  const late = "nobody decided before the deadline"
  if (onDeadline === "reject") return ["rejected", late]
  if (onDeadline === "fail") return ["expired", late]
  return subject.answer === undefined ? ["expired", `${late}, and there is no answer to approve`] : ["approved", late]
}

/** Names in the audit trail that are nobody's. */
const own: ReadonlySet<string> = new Set(["deadline", plugin])

/** The queue over its table. `expire` does to an open ticket what its deadline says. */
export const makeReviews = ({ table, waiters, store, changed }: Parts) => {
  const named = <A>(effect: Effect.Effect<A, SqlError>) => Effect.mapError(effect, storeFailure(plugin, store))

  const find = (id: string): Effect.Effect<Ticket, LlmError> =>
    Effect.flatMap(
      named(table.get(id)),
      Option.match({
        onNone: () => Effect.fail(refused("ticket", `there is no ticket ${id.slice(0, 100)}`)),
        onSome: Effect.succeed,
      }),
    )

  const settle = Effect.fnUntraced(function* (id: string, status: TicketStatus, decision: Decision) {
    const won = yield* named(table.decide(id, status, decision))
    const ticket = yield* find(id)
    if (won) yield* Effect.andThen(waiters.tell(ticket), changed(ticket))
    return [won, ticket] as const
  })

  const expire = Effect.fnUntraced(function* (ticket: Ticket) {
    const [status, note] = atDeadline(ticket)
    const at = yield* Clock.currentTimeMillis
    yield* settle(ticket.id, status, { by: "deadline", at, note })
  })

  /** Deadlines hold for whoever looks, also where no workflow runs. */
  const overdue = Effect.gen(function* () {
    const due = yield* named(table.due(yield* Clock.currentTimeMillis))
    yield* Effect.forEach(due, expire, { discard: true })
  })

  const decide = Effect.fnUntraced(function* (
    id: string,
    status: TicketStatus,
    given: By & { readonly text?: string },
  ) {
    const by = given.by.trim()
    if (by === "" || own.has(by)) return yield* refused("by", `a decision needs the name of a person, not "${by}"`)
    yield* overdue
    const { subject, status: before } = yield* find(id)
    if (before === "open" && subject.answer === undefined && (status === "approved" || status === "edited")) {
      const why = `the model gave no answer (${subject.error?.reason ?? "it failed"}): answer it by hand, or reject it`
      return yield* refused("ticket", `ticket ${id} cannot be ${status}: ${why}`)
    }
    const { text, note } = given
    const at = yield* Clock.currentTimeMillis
    const more = { ...(text === undefined ? {} : { text }), ...(note === undefined ? {} : { note }) }
    const [won, ticket] = yield* settle(id, status, { by, at, ...more })
    return won ? ticket : yield* decidedAlready(ticket)
  })

  const open = Effect.fnUntraced(function* ({ deadlineMs, onDeadline, reason, subject }: NewTicket) {
    const createdAt = yield* Clock.currentTimeMillis
    const id = yield* randomId
    const deadlineAt = Math.ceil(createdAt + deadlineMs)
    const ticket: Ticket = { id, status: "open", reason, createdAt, deadlineAt, onDeadline, subject }
    yield* named(table.insert(ticket, plugin))
    yield* changed(ticket)
    return ticket
  })

  const settled = (ticket: Ticket): Effect.Effect<Answered, LlmError> => {
    const outcome = outcomeOf(ticket)
    if (outcome === undefined) return Effect.succeed({ status: "open" })
    return isLlmError(outcome) ? Effect.fail(outcome) : Effect.succeed({ status: "answered", response: outcome })
  }

  const list: Reviews["Service"]["list"] = ({ status, limit = 100 } = {}) =>
    Number.isSafeInteger(limit) && limit > 0
      ? Effect.andThen(overdue, named(table.list(status, limit)))
      : Effect.fail(refused("limit", `the limit of a list of tickets must be a whole number above 0, and is ${limit}`))

  const get = (id: string) => Effect.andThen(overdue, find(id))

  const reviews: Reviews["Service"] = {
    open,
    list,
    get,
    approve: (id, by) => decide(id, "approved", by),
    edit: (id, by) => decide(id, "edited", by),
    reject: (id, by) => decide(id, "rejected", by),
    answer: (id, by) => decide(id, "answered", by),
    audit: (id) => Effect.andThen(get(id), named(table.audit(id))),
    poll: (id) => Effect.flatMap(get(id), settled),
    wait: (id) =>
      Effect.flatMap(Effect.flatMap(waiters.wait(id, get(id)), settled), (state) =>
        state.status === "answered"
          ? Effect.succeed(state.response)
          : Effect.die(new Error(`ticket ${id} was told as decided and is open`)),
      ),
  }
  return { reviews, expire, find, overdue }
}
