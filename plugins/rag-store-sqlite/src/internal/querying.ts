import type { LlmError } from "@switchyard/core"
import { checkQuery, defaultNamespace, type FilterNode, type VectorMatch, type VectorQuery } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Access } from "./Access.ts"
import type { Connection } from "./Connection.ts"
import type { Copies } from "./Copies.ts"
import { conditionFor } from "./filterSql.ts"
import { parsed } from "./parsed.ts"
import { keysWhere, matchesOf, nearest } from "./reading.ts"
import { findSpace } from "./Space.ts"

/** A filter that lets fewer than one in so many through is answered from the file: it reads only those. */
const few = 10

interface Answer {
  readonly matches: ReadonlyArray<VectorMatch>
  /** A namespace whose copy is to be read. */
  readonly load?: string | undefined
}

/** From memory where the namespace's copy is there, else from the file. The copy is read beside what else is asked. */
export const query = (
  access: Access,
  copies: Copies,
  scope: Scope.Scope,
  given: VectorQuery,
): Effect.Effect<ReadonlyArray<VectorMatch>, LlmError> =>
  Effect.flatMap(parsed(given.filter), (filter) =>
    Effect.flatMap(
      access.read((db) => answer(db, copies, given, filter)),
      ({ matches, load }) =>
        load === undefined
          ? Effect.succeed(matches)
          : Effect.as(Effect.forkIn(readCopy(access, copies, load), scope), matches),
    ),
  )

const answer = (db: Connection, copies: Copies, given: VectorQuery, filter: FilterNode | undefined): Answer => {
  const space = findSpace(db, given.namespace ?? defaultNamespace)
  const refused = checkQuery(given, space?.stamp)
  if (refused !== undefined) throw refused
  if (space === undefined) return { matches: [] }
  const condition = conditionFor(filter, space)
  const wanted = copies.wants(space)
  const there = wanted && copies.advance(db, space)
  if (there) {
    const keys = filter === undefined ? undefined : keysWhere(db, space, condition)
    if (keys === undefined || keys.length * few >= space.count) {
      return { matches: matchesOf(db, space.number, copies.nearest(space, given, keys)) }
    }
  }
  const load = wanted && !there && copies.start(space) ? space.name : undefined
  return { matches: nearest(db, space, given, condition), load }
}

/** Page by page, so that nothing waits for it. What goes wrong here goes wrong for the next query, which says so. */
const readCopy = (access: Access, copies: Copies, name: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      yield* Effect.yieldNow
      const done = yield* access.read((db) => {
        const space = findSpace(db, name)
        return space === undefined || !copies.fits(space) || copies.advance(db, space)
      })
      if (done) return
    }
  }).pipe(Effect.ensuring(Effect.sync(() => copies.stop(name))), Effect.ignore)
