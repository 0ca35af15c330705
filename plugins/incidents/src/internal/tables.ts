import type { Migration } from "@switchyard/sql"

export const prefix = "switchyard_incidents"

/**
 * Times are ms since 1970. Numbers are doubles, which both engines hand over as JavaScript's own. What is not known of a
 * place is the empty text, so that it can be part of a key.
 */
export const migrations: ReadonlyArray<Migration> = [
  {
    name: "incidents",
    up: [
      `CREATE TABLE switchyard_traffic (
        component TEXT NOT NULL, operation TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        ok DOUBLE PRECISION NOT NULL, failed DOUBLE PRECISION NOT NULL, last_seen DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (component, operation, provider, model))`,
      `CREATE TABLE switchyard_failures (
        component TEXT NOT NULL, operation TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL,
        category TEXT NOT NULL, count DOUBLE PRECISION NOT NULL, first_seen DOUBLE PRECISION NOT NULL,
        last_seen DOUBLE PRECISION NOT NULL, sample TEXT,
        PRIMARY KEY (component, operation, provider, model, kind))`,
      `CREATE TABLE switchyard_incidents (
        id TEXT PRIMARY KEY, open_key TEXT UNIQUE, pattern TEXT NOT NULL, kind TEXT NOT NULL, summary TEXT NOT NULL,
        component TEXT NOT NULL, operation TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        rate DOUBLE PRECISION NOT NULL, volume DOUBLE PRECISION NOT NULL, failures DOUBLE PRECISION NOT NULL,
        opened_at DOUBLE PRECISION NOT NULL, last_bad_at DOUBLE PRECISION NOT NULL, quiet_ms DOUBLE PRECISION,
        recovered_at DOUBLE PRECISION, closed_at DOUBLE PRECISION, closed_by TEXT, sample TEXT)`,
      `CREATE INDEX switchyard_incidents_opened ON switchyard_incidents (opened_at)`,
    ],
  },
]
