import type { LlmError } from "@switchyard/core"
import {
  checkDelete,
  checkUpsert,
  defaultNamespace,
  stampOf,
  type VectorDelete,
  type VectorRecord,
  type VectorUpsert,
} from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { type Access, step } from "./Access.ts"
import type { Connection } from "./Connection.ts"
import { type Condition, conditionFor } from "./filterSql.ts"
import { parsed } from "./parsed.ts"
import { keysWhere } from "./reading.ts"
import { type Records, recordsOf } from "./records.ts"
import { changeSpace, createSpace, dropSpace, findSpace, type Space } from "./Space.ts"

/** As the exact store, so that each namespace can also be kept in memory. */
const maxDimensions = 16_384

/** Records between two pauses, in which whatever else the program has to do is done. */
const batch = 64

/** A transaction for all of it: what is there is the whole upsert or none of it. */
export const upsert = ({ write }: Access, given: VectorUpsert): Effect.Effect<void, LlmError> =>
  Effect.flatMap(parsed(given.replaces), (replaces) =>
    write(
      Effect.fnUntraced(function* (db) {
        const { namespace = defaultNamespace, stamp, records } = given
        const kept = yield* step(db, () => findSpace(db, namespace))
        const refused = checkUpsert(given, { kept: kept?.stamp, maxDimensions })
        if (refused !== undefined) return yield* refused
        const old =
          kept === undefined || replaces === undefined
            ? []
            : yield* step(db, () => keysWhere(db, kept, conditionFor(replaces, kept)))
        if (records.length + old.length === 0) return undefined
        const space = kept ?? (yield* step(db, () => createSpace(db, namespace, stampOf(stamp))))
        const into = yield* step(db, () => recordsOf(db, space.number))
        const last = lastOfEach(records)
        const again = yield* summed(db, last, ([record, index]) => into.put(record, `records[${index}]`))
        const replaced = yield* summed(db, old, (key) => into.remove(key))
        yield* step(db, () => changeSpace(db, space, { added: last.length, removed: replaced + again }))
        return undefined
      }),
    ),
  )

/** How many were there and are gone. */
export const remove = ({ write }: Access, what: VectorDelete): Effect.Effect<number, LlmError> => {
  const refused = checkDelete(what)
  if (refused !== undefined) return Effect.fail(refused)
  return Effect.flatMap(parsed("filter" in what ? what.filter : undefined), (filter) =>
    write(
      Effect.fnUntraced(function* (db) {
        const space = yield* step(db, () => findSpace(db, what.namespace ?? defaultNamespace))
        if (space === undefined) return 0
        if ("all" in what) {
          yield* step(db, () => dropSpace(db, space.number))
          return space.count
        }
        const into = yield* step(db, () => recordsOf(db, space.number))
        const removed = yield* "ids" in what
          ? summed(db, what.ids, (id) => into.removeId(id))
          : removedWhere(db, space, conditionFor(filter, space), into)
        if (removed > 0) yield* step(db, () => changeSpace(db, space, { added: 0, removed }))
        return removed
      }),
    ),
  )
}

const removedWhere = (db: Connection, space: Space, condition: Condition, into: Records) =>
  Effect.flatMap(
    step(db, () => keysWhere(db, space, condition)),
    (keys) => summed(db, keys, (key) => into.remove(key)),
  )

/** Of one id twice, the last. With the place in what was given, for a refusal. */
const lastOfEach = (
  records: ReadonlyArray<VectorRecord>,
): ReadonlyArray<readonly [record: VectorRecord, index: number]> => {
  const byId = new Map(records.map((record, index) => [record.id, [record, index] as const]))
  return [...byId.values()]
}

/** Runs `each` on all items, batch by batch, and adds up what it gives. */
const summed = <A>(
  db: Connection,
  items: ReadonlyArray<A>,
  each: (item: A) => number,
): Effect.Effect<number, LlmError> =>
  Effect.gen(function* () {
    let sum = 0
    for (let at = 0; at < items.length; at += batch) {
      if (at > 0) yield* Effect.yieldNow
      sum += yield* step(db, () => items.slice(at, at + batch).reduce((total, item) => total + each(item), 0))
    }
    return sum
  })
