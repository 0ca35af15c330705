import type { Migration } from "@switchyard/sql"

const tickets = `CREATE TABLE reviews_tickets (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at DOUBLE PRECISION NOT NULL,
  deadline_at DOUBLE PRECISION NOT NULL,
  on_deadline TEXT NOT NULL,
  subject TEXT NOT NULL,
  decision TEXT,
  started INTEGER NOT NULL DEFAULT 0,
  closed INTEGER NOT NULL DEFAULT 0
)`

const audit = (id: string) => `CREATE TABLE reviews_audit (
  id ${id} PRIMARY KEY,
  ticket TEXT NOT NULL REFERENCES reviews_tickets (id),
  at DOUBLE PRECISION NOT NULL,
  by_whom TEXT NOT NULL,
  action TEXT NOT NULL,
  note TEXT
)`

const indexes = [
  "CREATE INDEX reviews_tickets_status ON reviews_tickets (status, created_at)",
  "CREATE INDEX reviews_tickets_unstarted ON reviews_tickets (id) WHERE started = 0",
  "CREATE INDEX reviews_tickets_unclosed ON reviews_tickets (status) WHERE closed = 0",
  "CREATE INDEX reviews_audit_ticket ON reviews_audit (ticket)",
]

/**
 * Times are ms; as DOUBLE PRECISION both engines give them back as numbers.
 * `started`: the ticket has a workflow. `closed`: it has ended, so nothing is left to do about the ticket.
 */
export const migrations: ReadonlyArray<Migration> = [
  {
    name: "tickets",
    up: {
      sqlite: [tickets, audit("INTEGER"), ...indexes],
      pg: [tickets, audit("BIGSERIAL"), ...indexes],
    },
  },
]
