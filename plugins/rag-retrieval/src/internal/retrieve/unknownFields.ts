import { hint, LlmError } from "@switchyard/core"
import { type Filter, type FilterNode, parseFilter, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Records that are looked at for their fields, at most. */
const most = 20_000

const fieldsIn = (node: FilterNode): ReadonlyArray<string> =>
  node._tag === "Test" ? [node.field] : node._tag === "Not" ? fieldsIn(node.of) : node.of.flatMap(fieldsIn)

/**
 * Why a filter let nothing through, if it is that it asks for a field that no record of the index has. Looked into only when
 * nothing was found.
 */
export const unknownFields = Effect.fnUntraced(function* (store: VectorStore, filter: Filter, namespace?: string) {
  const node = parseFilter(filter)
  if ("reason" in node) return node
  const unseen = new Set(fieldsIn(node))
  const known = new Set<string>()
  const listing = Stream.take(store.list(namespace === undefined ? {} : { namespace }), most)
  yield* Stream.runForEach(listing, ({ metadata }) =>
    Effect.sync(() => {
      for (const field of Object.keys(metadata)) {
        known.add(field)
        unseen.delete(field)
      }
    }),
  )
  const [field] = unseen
  if (field === undefined || known.size === 0) return undefined
  const names = [...known].sort()
  const message =
    `no record of the index has the field "${field}"${hint(field, names)}. ` +
    `Known: ${names.slice(0, 20).join(", ")}${names.length > 20 ? " …" : ""}`
  return LlmError.make({ _tag: "InvalidRequest", field: `filter.${field}`, message })
})
