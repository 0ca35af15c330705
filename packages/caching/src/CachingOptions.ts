import * as Schema from "effect/Schema"

const Ms = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** Options that all caches of answers have, as fields of a `Schema.Struct`. */
export const cachingOptions = {
  /** How long an answer is fresh, in ms. Default: an hour. */
  ttlMs: Schema.optionalKey(Ms),
  /** The same for the models that a glob (`*`, `?`) names, as asked for or as answering; the first that fits counts. */
  ttlByModel: Schema.optionalKey(Schema.Record(Schema.String, Ms)),
  /** How long an answer that is no longer fresh may be given while a newer one is fetched, in ms. Default: 0. */
  staleWhileRevalidateMs: Schema.optionalKey(Ms),
  /** How long an answer that is no longer fresh is kept for when every candidate fails, in ms. Default: a day. */
  staleIfErrorMs: Schema.optionalKey(Ms),
  /** Calls with a higher temperature are cached only where `policy.cache.mode` is set. Default: 0.3. */
  maxTemperature: Schema.optionalKey(Ms),
  /** What a call without a temperature counts as. Default: 0, so it is cached. */
  missingTemperature: Schema.optionalKey(Ms),
  /** `all`: tenants share answers. Default: `tenant`, each has its own. */
  share: Schema.optionalKey(Schema.Literals(["tenant", "all"])),
  /** A streamed hit comes at this pace. Default: as fast as it is read. */
  replayCharactersPerSecond: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1))),
  /** A call that follows another gives up when nothing comes for so long, in ms. Default: two minutes. */
  joinIdleMs: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(10))),
}

const fields = Schema.Struct(cachingOptions)
type Given = Schema.Schema.Type<typeof fields>

/** These options with their defaults. */
export type CachingSettings = Required<Omit<Given, "replayCharactersPerSecond">> & {
  readonly replayCharactersPerSecond: number | undefined
}

const hour = 3_600_000

export const cachingDefaults: CachingSettings = {
  ttlMs: hour,
  ttlByModel: {},
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 24 * hour,
  maxTemperature: 0.3,
  missingTemperature: 0,
  share: "tenant",
  replayCharactersPerSecond: undefined,
  joinIdleMs: 120_000,
}
