import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { VectorStore } from "../VectorStore.ts"

/** What the store says it can do. `false` swaps the tests of a capability for one: it is not there. */
export interface StoreCapabilities {
  readonly search: boolean
  readonly snapshot: boolean
  /** Queries may miss a few of the nearest: at least nine in ten are asked for instead of all, with filters too. */
  readonly approximate: boolean
}

/** One run of the suite: a store, and what it can do. */
export interface StoreConformance {
  /** Title of the group of tests. */
  readonly name: string
  /** Makes an empty store that shares nothing with another; it closes with the scope. Run once per test. */
  readonly make: Effect.Effect<VectorStore, unknown, Scope.Scope>
  /**
   * For a store that outlives its process: a fresh place, and what opens the store that is kept there, each time after the
   * one before was closed.
   */
  readonly reopen?: Effect.Effect<Effect.Effect<VectorStore, unknown, Scope.Scope>, unknown, Scope.Scope>
  readonly capabilities: StoreCapabilities
  /** How far a score may be from the cosine. Default: 1e-5, what 32-bit floats allow. */
  readonly tolerance?: number
}
