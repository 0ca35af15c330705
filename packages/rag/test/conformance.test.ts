import { makeExactStore } from "../src/index.ts"
import { vectorStoreConformance } from "../src/conformance/index.ts"

for (const arithmetic of ["fastest", "plain"] as const) {
  vectorStoreConformance({
    name: `the exact store, ${arithmetic}`,
    make: makeExactStore({ arithmetic }),
    capabilities: { search: false, snapshot: false, approximate: false },
  })
}
