import type { Migration } from "@switchyard/sql"

export const prefix = "switchyard_usage"

/**
 * Times are ms since 1970. Numbers are doubles, which both engines hand over as JavaScript's own. What is not known of
 * tokens and cost is NULL; who no tenant is known of has the empty text.
 */
export const migrations: ReadonlyArray<Migration> = [
  {
    name: "usage",
    up: [
      `CREATE TABLE switchyard_usage (
        id TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL, day TEXT NOT NULL, call_id TEXT NOT NULL,
        operation TEXT NOT NULL, outcome TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        tenant TEXT NOT NULL, tags TEXT NOT NULL, input DOUBLE PRECISION, output DOUBLE PRECISION,
        cache_read DOUBLE PRECISION, cache_write DOUBLE PRECISION, reasoning DOUBLE PRECISION,
        usd DOUBLE PRECISION, estimated DOUBLE PRECISION NOT NULL, ms DOUBLE PRECISION NOT NULL)`,
      `CREATE INDEX switchyard_usage_at ON switchyard_usage (at)`,
    ],
  },
  { name: "basis", up: [`ALTER TABLE switchyard_usage ADD COLUMN basis TEXT NOT NULL DEFAULT ''`] },
  {
    // One row: what tells this ledger from others that share a Redis with it.
    name: "ledger",
    up: {
      sqlite: [
        `CREATE TABLE switchyard_usage_ledger (id TEXT NOT NULL)`,
        `INSERT INTO switchyard_usage_ledger (id) VALUES (lower(hex(randomblob(12))))`,
      ],
      pg: [
        `CREATE TABLE switchyard_usage_ledger (id TEXT NOT NULL)`,
        `INSERT INTO switchyard_usage_ledger (id) VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 24))`,
      ],
    },
  },
]
