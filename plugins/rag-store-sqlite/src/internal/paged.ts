import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Page } from "./reading.ts"

/**
 * A stream that reads page by page, in the order of the ids: nothing is held open between two pages, and what others write
 * meanwhile makes none come twice.
 */
export const paged = <A extends { readonly id: string }>(
  limit: number,
  fetch: (page: Page) => Effect.Effect<ReadonlyArray<A>, LlmError>,
): Stream.Stream<A, LlmError> => {
  const first: string | undefined = undefined
  return Stream.paginate<string | undefined, A, LlmError>(first, (after) =>
    Effect.map(fetch({ after, limit }), (rows) => {
      const last = rows.at(-1)?.id
      return [rows, rows.length < limit || last === undefined ? Option.none() : Option.some(last)] as const
    }),
  )
}
