import type { CachePolicy, LlmRequest } from "@switchyard/core"
import type { CachingSettings } from "./CachingOptions.ts"
import { glob } from "./glob.ts"

/** `stale`: it may be given while a newer one is fetched; `old`: only when every candidate failed, if at all. */
export type Freshness = "fresh" | "stale" | "old"

/** When an answer was stored, in ms since 1970, and how long it is fresh, in ms. */
export interface Dated {
  readonly storedAt: number
  readonly ttlMs: number
}

const fresh = ({ storedAt, ttlMs }: Dated, policy: CachePolicy | undefined): number =>
  storedAt + Math.min(ttlMs, policy?.maxAgeMs ?? Infinity)

/** What an answer is to a call with this policy at `now`, in ms since 1970. */
export const freshnessOf = (
  dated: Dated,
  now: number,
  policy: CachePolicy | undefined,
  { staleWhileRevalidateMs }: Pick<CachingSettings, "staleWhileRevalidateMs">,
): Freshness => {
  const until = fresh(dated, policy)
  if (now < until) return "fresh"
  return now < until + (policy?.staleWhileRevalidateMs ?? staleWhileRevalidateMs) ? "stale" : "old"
}

/** May it be given when every candidate failed? */
export const servesErrors = (
  dated: Dated,
  now: number,
  policy: CachePolicy | undefined,
  { staleIfErrorMs }: Pick<CachingSettings, "staleIfErrorMs">,
): boolean => now < fresh(dated, policy) + (policy?.staleIfErrorMs ?? staleIfErrorMs)

/** When nobody can be given it any more, in ms since 1970. */
export const keptUntil = (
  { storedAt, ttlMs }: Dated,
  { staleIfErrorMs, staleWhileRevalidateMs }: Pick<CachingSettings, "staleIfErrorMs" | "staleWhileRevalidateMs">,
): number => storedAt + ttlMs + Math.max(staleIfErrorMs, staleWhileRevalidateMs)

/** How long an answer of these models is fresh, in ms. */
export const ttlOf = (
  models: ReadonlyArray<string>,
  { ttlMs, ttlByModel }: Pick<CachingSettings, "ttlMs" | "ttlByModel">,
): number => {
  for (const [pattern, ms] of Object.entries(ttlByModel)) {
    if (models.some((model) => glob(pattern, model))) return ms
  }
  return ttlMs
}

/** Same question, same answer? Where not, only a call that asks for it is cached. */
export const mayCache = (
  { temperature, policy }: LlmRequest,
  { maxTemperature, missingTemperature }: Pick<CachingSettings, "maxTemperature" | "missingTemperature">,
): boolean => policy?.cache?.mode !== undefined || (temperature ?? missingTemperature) <= maxTemperature
