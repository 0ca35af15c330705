import { concurrency } from "./concurrency.ts"
import { deleting } from "./deleting.ts"
import { filters } from "./filters.ts"
import { group } from "./group.ts"
import { likeTheExactStore } from "./likeTheExactStore.ts"
import { namespaces } from "./namespaces.ts"
import { oddValues } from "./oddValues.ts"
import { persistence } from "./persistence.ts"
import { ranking } from "./ranking.ts"
import { reading } from "./reading.ts"
import { refusals } from "./refusals.ts"
import { replacing } from "./replacing.ts"
import { search } from "./search.ts"
import type { StoreConformance } from "./Suite.ts"
import { upserts } from "./upserts.ts"

const promises = [
  refusals,
  upserts,
  replacing,
  ranking,
  filters,
  namespaces,
  reading,
  deleting,
  oddValues,
  search,
  concurrency,
  persistence,
  likeTheExactStore,
]

/**
 * Declares the tests that a vector store must pass: every sentence of the contract. Call it at the top level of a vitest
 * file, once per way in which the store can be made. Real time: about a second for a store in memory.
 */
export const vectorStoreConformance = (suite: StoreConformance): void =>
  group(suite.name, () => {
    for (const promise of promises) promise(suite)
  })
