import type { ResponseHeaders } from "@switchyard/core"

/** What a limit counts: requests, or tokens of the input, of the answer as it is made, or of both as they are asked for. */
export type Counts = "requests" | "input" | "output" | "asked"

/** A limit as a provider tells it: `remaining` of `limit`, and full again in `resetMs`. */
export interface ToldLimit {
  readonly counts: Counts
  readonly limit: number | undefined
  readonly remaining: number
  readonly resetMs: number
}

type Names = readonly [counts: Counts, limit: string, remaining: string, reset: string]

const openAi = (counts: Counts, kind: string): Names => [
  counts,
  `x-ratelimit-limit-${kind}`,
  `x-ratelimit-remaining-${kind}`,
  `x-ratelimit-reset-${kind}`,
]
const anthropic = (counts: Counts, kind: string): Names => [
  counts,
  `anthropic-ratelimit-${kind}-limit`,
  `anthropic-ratelimit-${kind}-remaining`,
  `anthropic-ratelimit-${kind}-reset`,
]

/**
 * Sources: OpenAI's and Anthropic's pages "Rate limits". OpenAI counts `max_tokens` when it is asked; Anthropic counts output as
 * it is made. The resets of both are when the limit is full again, and it fills steadily until then.
 */
const known: ReadonlyArray<Names> = [
  openAi("requests", "requests"),
  openAi("asked", "tokens"),
  anthropic("requests", "requests"),
  anthropic("input", "input-tokens"),
  anthropic("output", "output-tokens"),
]

/** No limit is longer than a day. */
const longestMs = 86_400_000

const count = (text: string | undefined): number | undefined => {
  const value = text === undefined || text === "" ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/** The limits that an answer's headers tell of. `now` in ms since 1970. What cannot be read is left out. */
export const toldLimits = (headers: ResponseHeaders, now: number): ReadonlyArray<ToldLimit> =>
  known.flatMap(([counts, limit, remaining, reset]) => {
    const left = count(headers[remaining])
    const resetMs = waitOf(headers[reset], now)
    if (left === undefined || resetMs === undefined) return []
    return [{ counts, limit: count(headers[limit]), remaining: left, resetMs: Math.min(longestMs, resetMs) }]
  })

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** `1h2m3.5s` or `20ms` as OpenAI writes it, a time (RFC 3339) as Anthropic does, or seconds; in ms from now. */
const waitOf = (text: string | undefined, now: number): number | undefined => {
  if (text === undefined) return undefined
  const seconds = count(text)
  if (seconds !== undefined) return seconds * 1000
  if (/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) {
    return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
      (sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0),
      0,
    )
  }
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
