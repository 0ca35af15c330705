import type { LlmError } from "@switchyard/core"
import { compile } from "./internal/compileFilter.ts"
import { parse } from "./internal/parseFilter.ts"
import type { Metadata, MetadataScalar } from "./Metadata.ts"

/** Tests of one field. All that are given must hold. */
export interface FieldTest {
  readonly $in?: ReadonlyArray<MetadataScalar>
  readonly $ne?: MetadataScalar
  readonly $gt?: string | number
  readonly $gte?: string | number
  readonly $lt?: string | number
  readonly $lte?: string | number
  readonly $exists?: boolean
}

/**
 * Which records count, by their metadata: `{ lang: "en", year: { $gte: 2020 }, $or: [{ draft: false }, { owner: "ada" }] }`.
 * All entries must hold; `{}` matches everything. A field whose value is `undefined` is refused. The meaning is the same in every store:
 *
 * - A field that holds a list matches when one of its items does.
 * - A field that is missing matches only `$ne`, `$exists: false` and what `$not` turns around. `null` is a value.
 * - `$gt` and the like compare numbers with numbers and strings with strings (by UTF-16 units); all else does not match.
 */
export interface Filter {
  readonly $and?: ReadonlyArray<Filter>
  readonly $or?: ReadonlyArray<Filter>
  readonly $not?: Filter
  readonly [field: string]: MetadataScalar | FieldTest | Filter | ReadonlyArray<Filter> | undefined
}

export type FilterOperator = "eq" | "ne" | "in" | "gt" | "gte" | "lt" | "lte" | "exists"

/** A filter that was checked, for stores that translate it. `in` has a list as its value, `exists` a boolean. */
export type FilterNode =
  | { readonly _tag: "All" | "Any"; readonly of: ReadonlyArray<FilterNode> }
  | { readonly _tag: "Not"; readonly of: FilterNode }
  | {
      readonly _tag: "Test"
      readonly field: string
      readonly operator: FilterOperator
      readonly value: MetadataScalar | ReadonlyArray<MetadataScalar>
    }

/** Checks a filter. Unknown operators and values that no operator takes are `InvalidRequest` with the path. */
export const parseFilter = (filter: Filter): FilterNode | LlmError => parse(filter)

export type MetadataPredicate = (metadata: Metadata) => boolean

/** A checked filter as a function. */
export const filterPredicate = (node: FilterNode): MetadataPredicate => compile(node)
