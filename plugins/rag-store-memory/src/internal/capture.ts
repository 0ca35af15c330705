import type { VectorRecord } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { Moment } from "./format.ts"
import type { Memory } from "./Memory.ts"
import type { Space } from "./Space.ts"

/** Records that are copied in one go: about 2 ms. */
const atOnce = 500

export interface Captured {
  readonly namespaces: ReadonlyArray<Moment>
  /** `memory.changes` at that moment. */
  readonly changes: number
}

/** Runs in the moment that is captured, for what can only be written then. */
export type AtMoment = (number: number, space: Space, ids: ReadonlyArray<string>) => Moment["index"]

/**
 * All records as they are at one moment, the one in which this ends. They are copied a few at a time; what changes meanwhile
 * is copied again in the last step, which nothing comes between.
 */
export const capture = (memory: Memory, atMoment: AtMoment = () => undefined): Effect.Effect<Captured> =>
  Effect.suspend(() => {
    const copies = new Map<string, Map<string, VectorRecord>>()
    const changed = new Map<string, Set<string>>()
    const copy = (namespace: string, ids: ReadonlyArray<string>): void => {
      const copied = copies.get(namespace) ?? new Map<string, VectorRecord>()
      copies.set(namespace, copied)
      for (const record of memory.records(namespace, ids)) copied.set(record.id, record)
    }
    const unwatch = memory.watch((namespace, ids) => {
      const all = changed.get(namespace) ?? new Set<string>()
      changed.set(namespace, all)
      for (const id of ids) all.add(id)
    })
    const lastStep = Effect.sync(() => {
      for (const [namespace, ids] of changed) {
        for (const id of ids) copies.get(namespace)?.delete(id)
        copy(namespace, [...ids])
      }
      const namespaces = [...memory.spaces].map(([name, space], number): Moment => {
        const records = [...(copies.get(name)?.values() ?? [])]
        const ids = records.map(({ id }) => id)
        const index = atMoment(number, space, ids)
        return { name, stamp: space.stamp, records, ...(index === undefined ? {} : { index }) }
      })
      return { namespaces, changes: memory.changes }
    })
    return Effect.ensuring(Effect.andThen(copyAll(memory, copy), lastStep), Effect.sync(unwatch))
  })

const copyAll = Effect.fnUntraced(function* (
  { spaces }: Memory,
  copy: (namespace: string, ids: ReadonlyArray<string>) => void,
) {
  for (const [namespace, { entries }] of spaces) {
    const ids = [...entries.keys()]
    for (let at = 0; at < ids.length; at += atOnce) {
      copy(namespace, ids.slice(at, at + atOnce))
      yield* Effect.yieldNow
    }
  }
})
