import { cachingDefaults, cachingOptions } from "@switchyard/caching"
import * as Schema from "effect/Schema"
import { mostBytes } from "./internal/entryCodec.ts"

const Ms = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Near = Schema.Struct({
  /** Default: 1,000. */
  maxEntries: Schema.optionalKey(Count),
  /** As the entries are written in Redis, unpacked. Default: 32 MiB. */
  maxBytes: Schema.optionalKey(Count),
  /** The longest that one is given without asking Redis again, in ms. Default: a minute. */
  forMs: Schema.optionalKey(Ms),
})

const isRedis = (text: string): boolean => /^rediss?:$/.test(URL.canParse(text) ? new URL(text).protocol : "")

export const RedisCacheOptions = Schema.Struct({
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  url: Schema.String.check(
    // The URL may hold a password, so it is not repeated.
    Schema.makeFilter((url) => isRedis(url) || "is no URL such as redis://127.0.0.1:6379", { expected: "a Redis URL" }),
  ),
  /** Before every key and the channel. Default: `switchyard:cache:`. */
  prefix: Schema.optionalKey(Schema.NonEmptyString),
  ...cachingOptions,
  /** Larger entries are packed (zstd), in bytes of JSON. Default: 16,384; below it, unpacking takes longer than the network. */
  compressAboveBytes: Schema.optionalKey(Schema.Natural),
  /** Larger answers are not kept, in bytes of JSON. Default: 8 MiB. */
  maxEntryBytes: Schema.optionalKey(Count.check(Schema.isLessThanOrEqualTo(mostBytes))),
  /** How long a call waits for Redis before it does without, in ms. Default: 50. */
  patienceMs: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 2000 }))),
  /** How long after a process died another may fetch what it was fetching, in ms. Default: 10,000. */
  leaseMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 600_000 }))),
  /** Answers kept in this process too, as long as no other process changed them. `false`: none. */
  near: Schema.optionalKey(Schema.Union([Schema.Literal(false), Near])),
})

export interface Options extends Schema.Schema.Type<typeof RedisCacheOptions> {}

const defaults = {
  ...cachingDefaults,
  prefix: "switchyard:cache:",
  compressAboveBytes: 16_384,
  maxEntryBytes: 8 * 1024 * 1024,
  patienceMs: 50,
  leaseMs: 10_000,
}

const nearDefaults = { maxEntries: 1000, maxBytes: 32 * 1024 * 1024, forMs: 60_000 }

/** All settings, with their defaults. */
export const settingsOf = ({ near, ...given }: Options) => ({
  ...defaults,
  ...given,
  near: near === false ? undefined : { ...nearDefaults, ...near },
})
export type Settings = ReturnType<typeof settingsOf>
export type NearSettings = NonNullable<Settings["near"]>
