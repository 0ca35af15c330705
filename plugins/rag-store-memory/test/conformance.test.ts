import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vectorStoreConformance } from "@switchyard/rag/conformance"
import * as Effect from "effect/Effect"
import { makeMemoryStore, type MemoryStoreOptions } from "../src/index.ts"

/** Opens a store in a file of its own, again and again. */
const reopen = (options: MemoryStoreOptions) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "memory-store-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    ),
    (folder) => makeMemoryStore({ ...options, file: join(folder, "store.bin") }),
  )

const kinds: Readonly<Record<string, MemoryStoreOptions>> = {
  exact: { approximate: "never" },
  "approximate from the first record": { approximate: "always" },
  "approximate above 100 records": { approximate: { above: 100 } },
}

for (const [kind, options] of Object.entries(kinds)) {
  vectorStoreConformance({
    name: `the store in memory, ${kind}`,
    make: makeMemoryStore(options),
    reopen: reopen(options),
    capabilities: { search: true, snapshot: true, approximate: options.approximate !== "never" },
  })
}

vectorStoreConformance({
  name: "the store in memory, with every upsert in its index before the next query",
  make: Effect.map(makeMemoryStore({ approximate: "always" }), (store) => ({
    ...store,
    upsert: (upsert) => Effect.tap(store.upsert(upsert), store.settled),
  })),
  capabilities: { search: true, snapshot: true, approximate: true },
})
