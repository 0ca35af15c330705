import { isLlmError, type LlmError } from "@switchyard/core"
import { type Filter, parseFilter } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { filterPath } from "./filterPath.ts"

/** A filter, checked, as a path: see `filterPath`. */
export const parsed = (filter: Filter | undefined): Effect.Effect<string | undefined, LlmError> =>
  Effect.suspend(() => {
    const node = filter === undefined ? undefined : parseFilter(filter)
    return isLlmError(node) ? Effect.fail(node) : Effect.succeed(node === undefined ? undefined : filterPath(node))
  })

/** The condition on a row. The path is a parameter like any other value. */
export const conditionOf = (sql: SqlClient, path: string | undefined): Fragment =>
  path === undefined ? sql`TRUE` : sql`metadata @@ ${path}::jsonpath`
