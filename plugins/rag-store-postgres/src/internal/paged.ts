import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/**
 * A stream that reads page by page, in the order of the ids: nothing is held open between two pages, and what others write
 * meanwhile makes none come twice.
 */
export const paged = <A extends { readonly id: string }, E>(
  limit: number,
  fetch: (after: string | undefined) => Effect.Effect<ReadonlyArray<A>, E>,
): Stream.Stream<A, E> => {
  const first: string | undefined = undefined
  return Stream.paginate<string | undefined, A, E>(first, (after) =>
    Effect.map(fetch(after), (rows) => {
      const last = rows.at(-1)?.id
      return [rows, rows.length < limit || last === undefined ? Option.none() : Option.some(last)] as const
    }),
  )
}
