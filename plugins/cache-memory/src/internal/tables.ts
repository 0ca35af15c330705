import type { Migration } from "@switchyard/sql"

export const prefix = "switchyard_cache"

/**
 * `body` holds all of an entry, `checksum` is of the body; the other columns are for finding. Times are ms since 1970. In
 * `state`: `generation` rises when entries are dropped, so that other processes forget theirs; `count:…` what was counted.
 */
export const migrations: ReadonlyArray<Migration> = [
  {
    name: "cache",
    up: [
      `CREATE TABLE switchyard_cache_entries (
        id TEXT PRIMARY KEY, version INTEGER NOT NULL, checksum TEXT NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL,
        stored_at DOUBLE PRECISION NOT NULL, kept_until DOUBLE PRECISION NOT NULL, hits INTEGER NOT NULL,
        value DOUBLE PRECISION NOT NULL, rank DOUBLE PRECISION NOT NULL)`,
      `CREATE INDEX switchyard_cache_rank ON switchyard_cache_entries (rank, bytes)`,
      `CREATE INDEX switchyard_cache_until ON switchyard_cache_entries (kept_until)`,
      `CREATE INDEX switchyard_cache_stored ON switchyard_cache_entries (stored_at)`,
      `CREATE TABLE switchyard_cache_state (name TEXT PRIMARY KEY, value DOUBLE PRECISION NOT NULL)`,
      `INSERT INTO switchyard_cache_state (name, value) VALUES ('generation', 0)`,
    ],
  },
]
