import type { Validator } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { judge } from "./internal/judge.ts"
import { together } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface AllOptions {
  /** How many judge at the same time. Default: 1. */
  readonly concurrency?: number | undefined
}

/** Good when every member says so. All of them are asked, and every issue is kept. Score: the lowest. */
export const all = (members: ReadonlyArray<Member>, { concurrency }: AllOptions = {}): Validator => ({
  validate: (...question) =>
    Effect.map(
      Effect.forEach(members, (member) => judge(member, question), { concurrency: concurrency ?? 1 }),
      together,
    ),
})
