import { describe } from "@effect/vitest"
import { vectorStoreConformance } from "@switchyard/rag/conformance"
import * as Effect from "effect/Effect"
import { makePostgresStore } from "../src/index.ts"
import { server, useServer } from "./places.ts"

describe.skipIf(server === undefined)("a server", () => {
  const { url } = useServer()
  vectorStoreConformance({
    name: "by itself",
    make: Effect.flatMap(url, (own) => makePostgresStore({ url: own, maxConnections: 4 })),
    reopen: Effect.map(url, (own) => makePostgresStore({ url: own })),
    capabilities: { search: true, snapshot: false, approximate: false },
  })
})
