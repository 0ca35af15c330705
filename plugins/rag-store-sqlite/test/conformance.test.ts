import { vectorStoreConformance } from "@switchyard/rag/conformance"
import * as Effect from "effect/Effect"
import { makeSqliteStore } from "../src/index.ts"
import { newFile } from "./places.ts"

const capabilities = { search: true, snapshot: false, approximate: false }

vectorStoreConformance({
  name: "a SQLite file",
  make: Effect.flatMap(newFile, (file) => makeSqliteStore({ file })),
  reopen: Effect.map(newFile, (file) => makeSqliteStore({ file })),
  capabilities,
})

vectorStoreConformance({
  name: "SQLite in memory, without sqlite-vec and without copies",
  make: makeSqliteStore({ file: ":memory:", arithmetic: "plain", copyBytes: 0 }),
  capabilities,
})
