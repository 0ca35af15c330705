import type { Migration } from "@switchyard/sql"

/** The namespaces, each with its stamp. The records of each are a table of their own: see `tables.ts`. */
export const migrations: ReadonlyArray<Migration> = [
  {
    name: "namespaces",
    up: [
      `CREATE TABLE switchyard_rag_namespaces (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        embedder text NOT NULL,
        version text NOT NULL,
        dimensions integer NOT NULL,
        count bigint NOT NULL DEFAULT 0,
        vectors text NOT NULL CHECK (vectors IN ('pgvector', 'scan')),
        indexed text CHECK (indexed IN ('halfvec', 'vector')),
        language text NOT NULL
      )`,
    ],
  },
]
