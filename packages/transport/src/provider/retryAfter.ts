/** What the headers of an answer ask a client to wait, in ms: `retry-after-ms`, then `retry-after` (RFC 9110: seconds or a date). */
export const retryAfter = (headers: Headers, now: number): number | undefined => {
  const ms = Number(headers.get("retry-after-ms") ?? NaN)
  if (Number.isFinite(ms) && ms >= 0) return ms
  const after = headers.get("retry-after")
  if (after === null) return undefined
  const seconds = Number(after)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(after)
  return Number.isFinite(date) ? Math.max(0, date - now) : undefined
}
