/** Rows of the ledger to what they mean, and back: the codec of this package. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { UsageRecord } from "../UsageRecord.ts"
import type { UsageDimension, UsageSum } from "../UsageStats.ts"

export interface UsageRow {
  readonly id: string
  readonly at: number
  readonly day: string
  readonly call_id: string
  readonly operation: string
  readonly outcome: string
  readonly provider: string
  readonly model: string
  readonly tenant: string
  readonly tags: string
  readonly input: number | null
  readonly output: number | null
  readonly cache_read: number | null
  readonly cache_write: number | null
  readonly reasoning: number | null
  readonly usd: number | null
  readonly estimated: number
  readonly ms: number
  /** The empty text where it was not written down. */
  readonly basis: string
}

const Tags = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
const decodeTags = Schema.decodeUnknownOption(Tags)

export const tagsOf = (json: string): Readonly<Record<string, string>> =>
  Option.getOrElse(decodeTags(json), (): Record<string, string> => ({}))

/** In the order of the names, so that the same tags are the same text. */
export const tagsText = (tags: Readonly<Record<string, string>>): string => {
  const names = Object.keys(tags)
  return names.length === 0 ? "{}" : JSON.stringify(Object.fromEntries(names.sort().map((name) => [name, tags[name]])))
}

export const rowOf = (record: UsageRecord): UsageRow => {
  const {
    id,
    at,
    call,
    operation,
    outcome,
    provider,
    model,
    tenant = "",
    tags,
    usd,
    estimated,
    ms,
    basis = "",
  } = record
  const { input, output } = record.usage
  return {
    id,
    at,
    day: new Date(at).toISOString().slice(0, 10),
    call_id: call,
    operation,
    outcome,
    provider,
    model,
    tenant,
    tags: tagsText(tags),
    input: input.total ?? null,
    output: output.total ?? null,
    cache_read: input.cacheRead ?? null,
    cache_write: input.cacheWrite ?? null,
    reasoning: output.reasoning ?? null,
    usd: usd ?? null,
    estimated: estimated ? 1 : 0,
    ms,
    basis,
  }
}

/** Sums of the rows that have the same of these columns. Postgres gives counts as bigint. */
export interface SumRow {
  readonly provider?: string
  readonly model?: string
  readonly tenant?: string
  readonly day?: string
  readonly tags?: string
  readonly calls: number | bigint
  readonly attempts: number
  readonly cached: number
  readonly failed: number
  readonly input: number
  readonly output: number
  readonly cache_read: number
  readonly cache_write: number
  readonly reasoning: number
  readonly usd: number
  readonly unpriced: number
  readonly estimated: number
  readonly reserved: number
  readonly at_least: number
}

/** The columns that a dimension is made of. */
export const columnsOf: Readonly<Record<UsageDimension, ReadonlyArray<string>>> = {
  model: ["provider", "model"],
  provider: ["provider"],
  tag: ["tags"],
  tenant: ["tenant"],
  day: ["day"],
}

const valuesOf = (row: SumRow, dimension: UsageDimension): ReadonlyArray<string> => {
  const { provider = "", model = "", tenant = "", day = "", tags = "{}" } = row
  switch (dimension) {
    case "model":
      return [`${provider}/${model}`]
    case "provider":
      return [provider]
    case "tenant":
      return [tenant]
    case "day":
      return [day]
    case "tag": {
      const named = Object.entries(tagsOf(tags)).map(([name, value]) => `${name}=${value}`)
      return named.length === 0 ? [""] : named
    }
  }
}

const groupsOf = (row: SumRow, by: ReadonlyArray<UsageDimension>): ReadonlyArray<UsageSum["group"]> =>
  by.reduce<ReadonlyArray<UsageSum["group"]>>(
    (groups, dimension) =>
      groups.flatMap((group) => valuesOf(row, dimension).map((value) => ({ ...group, [dimension]: value }))),
    [{}],
  )

const plus = (a: UsageSum | undefined, row: SumRow, group: UsageSum["group"]): UsageSum => ({
  group,
  calls: (a?.calls ?? 0) + Number(row.calls),
  attempts: (a?.attempts ?? 0) + row.attempts,
  cached: (a?.cached ?? 0) + row.cached,
  failed: (a?.failed ?? 0) + row.failed,
  inputTokens: (a?.inputTokens ?? 0) + row.input,
  outputTokens: (a?.outputTokens ?? 0) + row.output,
  cacheReadTokens: (a?.cacheReadTokens ?? 0) + row.cache_read,
  cacheWriteTokens: (a?.cacheWriteTokens ?? 0) + row.cache_write,
  reasoningTokens: (a?.reasoningTokens ?? 0) + row.reasoning,
  usd: (a?.usd ?? 0) + row.usd,
  unpriced: (a?.unpriced ?? 0) + row.unpriced,
  estimated: (a?.estimated ?? 0) + row.estimated,
  reserved: (a?.reserved ?? 0) + row.reserved,
  atLeast: (a?.atLeast ?? 0) + row.at_least,
})

/** The most expensive first; days in their order. */
export const sumsOf = (rows: ReadonlyArray<SumRow>, by: ReadonlyArray<UsageDimension>): ReadonlyArray<UsageSum> => {
  const sums = new Map<string, UsageSum>()
  for (const row of rows) {
    for (const group of groupsOf(row, by)) {
      const key = JSON.stringify(group)
      sums.set(key, plus(sums.get(key), row, group))
    }
  }
  const text = ({ group }: UsageSum): string => by.map((dimension) => group[dimension]).join("\n")
  const alphabetical = (a: UsageSum, b: UsageSum): number => (text(a) < text(b) ? -1 : 1)
  return [...sums.values()].sort((a, b) =>
    by[0] === "day" ? alphabetical(a, b) : b.usd - a.usd || b.attempts - a.attempts || alphabetical(a, b),
  )
}
