import { cachingDefaults, cachingOptions } from "@switchyard/caching"
import * as Schema from "effect/Schema"

const Ms = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Persist = Schema.Struct({
  /** A path, or a `sqlite://` URL. Relative paths begin where the program runs. */
  file: Schema.NonEmptyString.check(
    Schema.makeFilter((file) => isFile(file) || "must be a path or a sqlite:// URL", { expected: "a file" }),
  ),
  /** Default: 1,000,000. */
  maxEntries: Schema.optionalKey(Count),
  /** Default: 1 GiB, as the entries are written. */
  maxBytes: Schema.optionalKey(Count),
  /** `full`: an entry survives a loss of power too, and each write waits for the disk. Default: `normal`. */
  synchronous: Schema.optionalKey(Schema.Literals(["normal", "full"])),
})

const isFile = (text: string): boolean => /^(sqlite|file):/i.test(text) || !/^[a-z][\w+.-]+:\/\//i.test(text)

const Fields = Schema.Struct({
  /** Default: 10,000. */
  maxEntries: Schema.optionalKey(Count),
  /** Estimated bytes of memory, 2 for each character. Default: 256 MiB. */
  maxBytes: Schema.optionalKey(Count),
  /** Larger answers are not kept. Default: a tenth of `maxBytes`. */
  maxEntryBytes: Schema.optionalKey(Count),
  ...cachingOptions,
  /** What a second of waiting is worth in USD when it is decided what to keep. Default: 0.001. */
  usdPerSecond: Schema.optionalKey(Ms),
  /** Keep answers in a file too, or its settings. */
  persist: Schema.optionalKey(Schema.Union([Persist.fields.file, Persist])),
})

export interface Options extends Schema.Schema.Type<typeof Fields> {}

/** Settings that cannot hold together. */
const contradiction = ({ maxBytes, maxEntryBytes }: Options): undefined | { path: Array<string>; issue: string } =>
  maxEntryBytes !== undefined && maxEntryBytes > (maxBytes ?? defaults.maxBytes)
    ? { path: ["maxEntryBytes"], issue: "is above maxBytes, so nothing of that size could be kept" }
    : undefined

export const MemoryCacheOptions = Fields.check(Schema.makeFilter(contradiction))

const defaults = { ...cachingDefaults, maxEntries: 10_000, maxBytes: 256 * 1024 * 1024, usdPerSecond: 0.001 }

const persistDefaults = { maxEntries: 1_000_000, maxBytes: 1024 ** 3, synchronous: "normal" } as const

/** All settings, with their defaults. */
export const settingsOf = ({ persist, ...given }: Options) => {
  const all = { ...defaults, ...given }
  return {
    ...all,
    maxEntryBytes: given.maxEntryBytes ?? Math.max(1, Math.floor(all.maxBytes / 10)),
    persist:
      persist === undefined
        ? undefined
        : { ...persistDefaults, ...(typeof persist === "string" ? { file: persist } : persist) },
  }
}
export type Settings = ReturnType<typeof settingsOf>
export type PersistSettings = NonNullable<Settings["persist"]>
