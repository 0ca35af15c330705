import { isLlmError, type LlmError } from "@switchyard/core"
import { type Filter, type FilterNode, parseFilter } from "@switchyard/rag"
import * as Effect from "effect/Effect"

/** A filter, checked, if one is given. */
export const parsed = (filter: Filter | undefined): Effect.Effect<FilterNode | undefined, LlmError> =>
  Effect.suspend(() => {
    const node = filter === undefined ? undefined : parseFilter(filter)
    return isLlmError(node) ? Effect.fail(node) : Effect.succeed(node)
  })
