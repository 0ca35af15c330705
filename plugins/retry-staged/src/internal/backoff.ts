/** How a wait is spread, so that callers who failed together do not come back together. */
export const jitters = ["full", "equal", "decorrelated", "none"] as const
export type Jitter = (typeof jitters)[number]

/** Times in ms. */
export interface Backoff {
  readonly jitter: Jitter
  readonly baseMs: number
  readonly factor: number
  readonly capMs: number
}

/**
 * The wait before a retry, in ms. `retry` counts from 0 at each candidate, `previousMs` is the wait before, `random` is
 * uniform in [0, 1). With `temp = min(cap, base * factor ^ retry)`:
 *
 * - `full`: `random_between(0, temp)`
 * - `equal`: `temp / 2 + random_between(0, temp / 2)`
 * - `decorrelated`: `min(cap, random_between(base, previous * 3))`, where the first `previous` is `base`
 * - `none`: `temp`
 *
 * The first three are those of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, where the
 * factor is 2.
 */
export const backoffMs = (
  { jitter, baseMs, factor, capMs }: Backoff,
  retry: number,
  previousMs: number | undefined,
  random: number,
): number => {
  if (jitter === "decorrelated") {
    const highest = Math.max(baseMs, (previousMs ?? baseMs) * 3)
    return Math.min(capMs, baseMs + random * (highest - baseMs))
  }
  // A base of 0 stays 0 also where the power has grown to infinity.
  const temp = baseMs === 0 ? 0 : Math.min(capMs, baseMs * factor ** retry)
  if (jitter === "full") return random * temp
  return jitter === "equal" ? temp / 2 + random * (temp / 2) : temp
}

/** What a provider asks to wait, in ms, and up to a tenth more: else all who were told the same come back at once. */
export const askedMs = (retryAfterMs: number, random: number): number => retryAfterMs * (1 + random / 10)
