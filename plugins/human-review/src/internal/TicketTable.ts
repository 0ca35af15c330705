import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type AuditEntry, type Decision, OnDeadline, type Ticket, TicketStatus, TicketSubject } from "../Ticket.ts"

const Decided = Schema.Struct({
  by: Schema.String,
  at: Schema.Finite,
  text: Schema.optionalKey(Schema.String),
  note: Schema.optionalKey(Schema.String),
})

const Row = Schema.Struct({
  id: Schema.String,
  status: TicketStatus,
  reason: Schema.String,
  created_at: Schema.Finite,
  deadline_at: Schema.Finite,
  on_deadline: OnDeadline,
  subject: Schema.fromJsonString(TicketSubject),
  decision: Schema.NullOr(Schema.fromJsonString(Decided)),
})
const decodeRow = Schema.decodeUnknownEffect(Row)

const AuditRow = Schema.Struct({
  ticket: Schema.String,
  at: Schema.Finite,
  by_whom: Schema.String,
  action: Schema.String,
  note: Schema.NullOr(Schema.String),
})
const decodeAudit = Schema.decodeUnknownEffect(Schema.Array(AuditRow))
const encodeSubject = Schema.encodeSync(Schema.fromJsonString(TicketSubject))

const ticketOf = ({ created_at, deadline_at, on_deadline, decision, ...row }: typeof Row.Type): Ticket => ({
  ...row,
  createdAt: created_at,
  deadlineAt: deadline_at,
  onDeadline: on_deadline,
  ...(decision === null ? {} : { decision }),
})

const entryOf = ({ by_whom, note, ...row }: typeof AuditRow.Type): AuditEntry => ({
  ...row,
  by: by_whom,
  ...(note === null ? {} : { note }),
})

/** The tickets and what happened to them, in SQL. What somebody else wrote into the tables is a defect. */
export class TicketTable {
  readonly #sql: SqlClient

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  #tickets(rows: ReadonlyArray<unknown>): Effect.Effect<ReadonlyArray<Ticket>> {
    return Effect.orDie(Effect.forEach(rows, (row) => Effect.map(decodeRow(row), ticketOf)))
  }

  #note({ ticket, at, by, action, note }: AuditEntry): Effect.Effect<unknown, SqlError> {
    const row = { ticket, at, by_whom: by, action, note: note ?? null }
    return this.#sql`INSERT INTO reviews_audit ${this.#sql.insert(row)}`
  }

  insert(ticket: Ticket, by: string): Effect.Effect<void, SqlError> {
    const row = {
      id: ticket.id,
      status: ticket.status,
      reason: ticket.reason,
      created_at: ticket.createdAt,
      deadline_at: ticket.deadlineAt,
      on_deadline: ticket.onDeadline,
      subject: encodeSubject(ticket.subject),
    }
    const opened = { ticket: ticket.id, at: ticket.createdAt, by, action: "opened", note: ticket.reason }
    const both = Effect.andThen(this.#sql`INSERT INTO reviews_tickets ${this.#sql.insert(row)}`, this.#note(opened))
    return Effect.asVoid(this.#sql.withTransaction(both))
  }

  get(id: string): Effect.Effect<Option.Option<Ticket>, SqlError> {
    const rows = this.#sql`SELECT * FROM reviews_tickets WHERE id = ${id}`
    return Effect.map(
      Effect.flatMap(rows, (found) => this.#tickets(found)),
      (found) => Option.fromNullishOr(found[0]),
    )
  }

  list(status: TicketStatus | undefined, limit: number): Effect.Effect<ReadonlyArray<Ticket>, SqlError> {
    const sql = this.#sql
    const where = status === undefined ? sql.literal("") : sql`WHERE status = ${status}`
    const rows = sql`SELECT * FROM reviews_tickets ${where} ORDER BY created_at DESC, id DESC LIMIT ${limit}`
    return Effect.flatMap(rows, (found) => this.#tickets(found))
  }

  /** Decides an open ticket, and writes it down; `false` when it is not open any more. Of many at once one gets `true`. */
  decide(id: string, status: TicketStatus, decision: Decision): Effect.Effect<boolean, SqlError> {
    const sql = this.#sql
    const change = { status, decision: JSON.stringify(decision) }
    const { by, at, note } = decision
    const entry = { ticket: id, at, by, action: status, ...(note === undefined ? {} : { note }) }
    return sql.withTransaction(
      Effect.flatMap(
        sql`UPDATE reviews_tickets SET ${sql.update(change)} WHERE id = ${id} AND status = 'open' RETURNING id`,
        (rows) => (rows.length === 0 ? Effect.succeed(false) : Effect.as(this.#note(entry), true)),
      ),
    )
  }

  audit(id: string): Effect.Effect<ReadonlyArray<AuditEntry>, SqlError> {
    const rows = this.#sql`SELECT ticket, at, by_whom, action, note FROM reviews_audit WHERE ticket = ${id} ORDER BY id`
    return Effect.flatMap(rows, (found) =>
      Effect.orDie(Effect.map(decodeAudit(found), (entries) => entries.map(entryOf))),
    )
  }

  /** Open tickets whose deadline has come, the oldest first. */
  due(now: number): Effect.Effect<ReadonlyArray<Ticket>, SqlError> {
    const rows = this.#sql`SELECT * FROM reviews_tickets WHERE status = 'open' AND deadline_at <= ${now}
      ORDER BY deadline_at LIMIT 100`
    return Effect.flatMap(rows, (found) => this.#tickets(found))
  }

  /** Which of these are decided. */
  decided(ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Ticket>, SqlError> {
    if (ids.length === 0) return Effect.succeed([])
    const rows = this.#sql`SELECT * FROM reviews_tickets WHERE status <> 'open' AND ${this.#sql.in("id", ids)}`
    return Effect.flatMap(rows, (found) => this.#tickets(found))
  }

  /** Tickets without a workflow, as one that was opened by a process that ended at once. */
  unstarted(): Effect.Effect<ReadonlyArray<Ticket>, SqlError> {
    const rows = this.#sql`SELECT * FROM reviews_tickets WHERE started = 0 LIMIT 100`
    return Effect.flatMap(rows, (found) => this.#tickets(found))
  }

  /** Decided tickets whose workflow has not ended. */
  unclosed(): Effect.Effect<ReadonlyArray<string>, SqlError> {
    const rows = this.#sql<{ id: string }>`SELECT id FROM reviews_tickets
      WHERE closed = 0 AND started = 1 AND status <> 'open' LIMIT 100`
    return Effect.map(rows, (found) => found.map(({ id }) => id))
  }

  start(id: string): Effect.Effect<void, SqlError> {
    return Effect.asVoid(this.#sql`UPDATE reviews_tickets SET started = 1 WHERE id = ${id}`)
  }

  close(id: string): Effect.Effect<void, SqlError> {
    return Effect.asVoid(this.#sql`UPDATE reviews_tickets SET closed = 1 WHERE id = ${id}`)
  }
}
