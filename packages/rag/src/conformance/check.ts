import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { VectorStore } from "../VectorStore.ts"
import type { StoreConformance } from "./Suite.ts"

/** Longest time that one test may take, in ms. Most take a hundredth. */
export const testLimitMs = 30_000

/** One test, on an empty store of its own. */
export const check = (
  suite: StoreConformance,
  title: string,
  body: (store: VectorStore) => Effect.Effect<unknown, unknown, Scope.Scope>,
): void => it.live(title, () => Effect.scoped(Effect.flatMap(suite.make, body)), testLimitMs)
