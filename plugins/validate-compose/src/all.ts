import type { Validator } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { askAll } from "./internal/inTurn.ts"
import { together } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface AllOptions {
  /** How many judge at the same time. Default: 1. */
  readonly concurrency?: number | undefined
}

/**
 * Good when every member says so, each of the answer as the required ones before it left it. All of them are asked, and
 * every issue is kept. Score: the lowest.
 */
export const all = (members: ReadonlyArray<Member>, { concurrency }: AllOptions = {}): Validator => ({
  validate: (...question) =>
    Effect.map(askAll(members, question, { concurrency, repairs: ({ required }) => required !== false }), together),
})
