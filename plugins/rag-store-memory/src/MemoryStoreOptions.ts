import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The options of a store in memory. */
export const MemoryStoreOptions = Schema.Struct({
  /**
   * When a namespace gets an approximate index (HNSW, from the package `usearch`): above so many records, always, or never.
   * Default: `{ above: 50_000 }`.
   */
  approximate: Schema.optionalKey(
    Schema.Union([Schema.Literals(["always", "never"]), Schema.Struct({ above: Schema.Natural })]),
  ),
  /** Where the store is kept: read when it opens, written by `save`, every `saveEveryMs` when changed, and when it closes. */
  file: Schema.optionalKey(Schema.NonEmptyString),
  /** Default: 60,000. 0: only `save` and closing write. */
  saveEveryMs: Schema.optionalKey(Schema.Natural),
  /** Bytes of `snapshot` to begin with. Not together with `file`. */
  from: Schema.optionalKey(Schema.Uint8Array),
}).check(
  Schema.makeFilter(({ file, from, saveEveryMs }: { file?: string; from?: Uint8Array; saveEveryMs?: number }) => [
    ...(file !== undefined && from !== undefined
      ? [{ path: ["from"], issue: "is not for a store with a file, which begins with what the file holds" }]
      : []),
    ...(file === undefined && saveEveryMs !== undefined
      ? [{ path: ["saveEveryMs"], issue: "is only for a store with a file: set file too" }]
      : []),
  ]),
)
export interface MemoryStoreOptions extends Schema.Schema.Type<typeof MemoryStoreOptions> {}

const defaultLimit = 50_000

/** A namespace with more records than this gets an approximate index. */
export const limitOf = (approximate: MemoryStoreOptions["approximate"]): number => {
  if (approximate === "always") return 0
  if (approximate === "never") return Infinity
  return approximate?.above ?? defaultLimit
}

const decode = Schema.decodeUnknownEffect(MemoryStoreOptions, { errors: "all", onExcessProperty: "error" })

/** Checks options; wrong ones fail with `InvalidRequest` and the path of the field. */
export const checkedOptions = (options: unknown): Effect.Effect<MemoryStoreOptions, LlmError> =>
  Effect.mapError(decode(options), ({ message }) =>
    LlmError.make(
      {
        _tag: "InvalidRequest",
        field: "options",
        message: `the options of @switchyard/rag-store-memory are wrong: ${message.replace(/\s+/g, " ")}`,
      },
      { operation: "compose" },
    ),
  )
