import { vectorStoreConformance } from "@switchyard/rag/conformance"
import * as Effect from "effect/Effect"
import { makePostgresStore, type PostgresStoreOptions } from "../src/index.ts"
import { useEmbedded, useStore } from "./places.ts"

const embedded = useEmbedded()
const capabilities = { search: true, snapshot: false, approximate: false }

const store = (options: PostgresStoreOptions) => useStore(async () => ({ ...options, url: await embedded() }))

const reopen = (options: PostgresStoreOptions) =>
  Effect.map(Effect.promise(embedded), (url) => makePostgresStore({ ...options, url }))

vectorStoreConformance({
  name: "embedded, with pgvector",
  make: store({}),
  reopen: reopen({}),
  capabilities,
})

vectorStoreConformance({
  name: "embedded, indexed from the 51st record, halfvec",
  make: store({ indexAbove: 50, indexed: "halfvec" }),
  capabilities: { ...capabilities, approximate: true },
})

vectorStoreConformance({
  name: "embedded, without pgvector",
  make: store({ pgvector: "never" }),
  reopen: reopen({ pgvector: "never" }),
  capabilities,
})
