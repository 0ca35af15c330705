import type { CachePolicy, LlmRequest } from "@switchyard/core"
import type { Settings } from "../Options.ts"
import { glob } from "./glob.ts"

export type Freshness = "fresh" | "stale" | "old"

interface Dated {
  readonly storedAt: number
  readonly ttlMs: number
}

const fresh = ({ storedAt, ttlMs }: Dated, policy: CachePolicy | undefined): number =>
  storedAt + Math.min(ttlMs, policy?.maxAgeMs ?? Infinity)

/** `stale`: it may be given while a newer one is fetched. */
export const freshnessOf = (
  dated: Dated,
  now: number,
  policy: CachePolicy | undefined,
  { staleWhileRevalidateMs }: Settings,
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
  { staleIfErrorMs }: Settings,
): boolean => now < fresh(dated, policy) + (policy?.staleIfErrorMs ?? staleIfErrorMs)

/** When nobody can be given it any more. */
export const keptUntil = ({ storedAt, ttlMs }: Dated, settings: Settings): number =>
  storedAt + ttlMs + Math.max(settings.staleIfErrorMs, settings.staleWhileRevalidateMs)

/** How long an answer of these models is fresh. */
export const ttlOf = (models: ReadonlyArray<string>, { ttlMs, ttlByModel }: Settings): number => {
  for (const [pattern, ms] of Object.entries(ttlByModel)) {
    if (models.some((model) => glob(pattern, model))) return ms
  }
  return ttlMs
}

/** Same question, same answer? Where not, only a call that asks for it is cached. */
export const mayCache = (
  { temperature, policy }: LlmRequest,
  { maxTemperature, missingTemperature }: Settings,
): boolean => policy?.cache?.mode !== undefined || (temperature ?? missingTemperature) <= maxTemperature
