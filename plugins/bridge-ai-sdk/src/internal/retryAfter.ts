const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** `1h2m3.5s` or `20ms`, as OpenAI and those who copy it write resets. */
const durationMs = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(amount) * (units[unit ?? ""] ?? 0)
  return total
}

const after = (text: string, now: number): number | undefined => {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(text)
  return Number.isFinite(date) && !Number.isFinite(seconds) ? Math.max(0, date - now) : undefined
}

/**
 * What the headers of an answer ask a client to wait, in ms: `retry-after-ms`, `retry-after` (RFC 9110: seconds or a date),
 * then the resets of spent OpenAI limits. `now` is ms since the epoch. Names of headers are in lower case.
 */
export const retryAfterMs = (
  headers: Readonly<Record<string, string>> | undefined,
  now: number,
): number | undefined => {
  if (headers === undefined) return undefined
  const ms = Number(headers["retry-after-ms"] ?? NaN)
  if (Number.isFinite(ms) && ms >= 0) return ms
  const standard = headers["retry-after"] === undefined ? undefined : after(headers["retry-after"], now)
  if (standard !== undefined) return standard
  const waits = ["requests", "tokens"]
    .filter((kind) => headers[`x-ratelimit-remaining-${kind}`] === "0")
    .map((kind) => durationMs(headers[`x-ratelimit-reset-${kind}`]))
    .filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}
