/** What usage can be added up by. `tag` gives `name=value`, a row for each tag of a call. `day` is a UTC date. */
export const usageDimensions = ["model", "provider", "tag", "tenant", "day"] as const
export type UsageDimension = (typeof usageDimensions)[number]

/** `since` (inclusive) and `until` (exclusive) are ms since 1970. */
export interface UsageQuery {
  /** Default: by model. */
  readonly by?: UsageDimension | ReadonlyArray<UsageDimension>
  readonly since?: number
  readonly until?: number
  readonly tenant?: string
  readonly provider?: string
  readonly model?: string
}

/**
 * What was used. `usd` is the sum of what is priced; `unpriced` says how many attempts have no known price, so that the sum
 * is known to lack them. `estimated` attempts have no reported tokens: of these `reserved` stand at the most that they can
 * have cost, and `atLeast` at what came of an answer that was left or cut, so that more may have been billed. What calls
 * without a tenant or tag used is under the empty text.
 */
export interface UsageSum {
  readonly group: Readonly<Partial<Record<UsageDimension, string>>>
  readonly calls: number
  readonly attempts: number
  readonly cached: number
  readonly failed: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly reasoningTokens: number
  readonly usd: number
  readonly unpriced: number
  readonly estimated: number
  readonly reserved: number
  readonly atLeast: number
}

const columns = [
  "calls",
  "attempts",
  "cached",
  "failed",
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "reasoningTokens",
  "usd",
  "unpriced",
  "estimated",
  "reserved",
  "atLeast",
] as const

const dimensionsOf = (sums: ReadonlyArray<UsageSum>): ReadonlyArray<UsageDimension> =>
  usageDimensions.filter((dimension) => sums.some(({ group }) => group[dimension] !== undefined))

/** Without the noise of adding binary fractions: to the billionth of a dollar. */
const exact = (value: number): string => String(Math.round(value * 1e9) / 1e9)

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** RFC 4180, with a header line. Numbers as they are, `usd` to the billionth. */
export const usageCsv = (sums: ReadonlyArray<UsageSum>): string => {
  const dimensions = dimensionsOf(sums)
  const lines = sums.map((sum) => [
    ...dimensions.map((dimension) => quoted(sum.group[dimension] ?? "")),
    ...columns.map((column) => exact(sum[column])),
  ])
  return [[...dimensions, ...columns], ...lines].map((cells) => `${cells.join(",")}\r\n`).join("")
}

const shown: ReadonlyArray<readonly [title: string, cell: (sum: UsageSum) => string]> = [
  ["calls", ({ calls }) => grouped(calls)],
  ["attempts", ({ attempts }) => grouped(attempts)],
  ["cached", ({ cached }) => grouped(cached)],
  ["failed", ({ failed }) => grouped(failed)],
  ["input", ({ inputTokens }) => grouped(inputTokens)],
  ["output", ({ outputTokens }) => grouped(outputTokens)],
  [
    "USD",
    ({ usd, unpriced, atLeast }) => `${usd.toFixed(6)}${lacking(unpriced, "unpriced")}${lacking(atLeast, "cut")}`,
  ],
]

/** What the sum is known to lack. */
const lacking = (attempts: number, what: string): string => (attempts === 0 ? "" : ` + ${grouped(attempts)} ${what}`)

const grouped = (value: number): string => Math.round(value).toLocaleString("en-US")

/** The values come from callers and servers: nothing of them may steer a terminal. */
const printable = (text: string): string => (text === "" ? "-" : text.replace(/\p{Cc}+/gu, " "))

/** Columns that line up, for people. */
export const usageTable = (sums: ReadonlyArray<UsageSum>): string => {
  const dimensions = dimensionsOf(sums)
  const rows = [
    [...dimensions, ...shown.map(([title]) => title)],
    ...sums.map((sum) => [
      ...dimensions.map((dimension) => printable(sum.group[dimension] ?? "")),
      ...shown.map(([, cell]) => cell(sum)),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return column < dimensions.length ? cell.padEnd(width) : cell.padStart(width)
  }
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")
}
