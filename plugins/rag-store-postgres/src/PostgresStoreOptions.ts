import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { plugin } from "./internal/failure.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))
const Ms = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400_000 }))
const within = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

export const PostgresStoreOptions = Schema.Struct({
  /**
   * `postgres://…` for a server, as text or as `Redacted`; else the folder of an embedded Postgres, or `memory://` for one
   * that keeps nothing. Relative folders begin where the program runs. Default: `.switchyard/rag-pg`.
   */
  url: Schema.optionalKey(Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.NonEmptyString)])),
  /** `false`: a database or folder that holds no store yet is refused, and nothing is made in it. Default: `true`. */
  create: Schema.optionalKey(Schema.Boolean),
  /** Connections to a server at once. Default: 10. */
  maxConnections: Schema.optionalKey(Count),
  /** `never`: namespaces are made as on a server without pgvector. Default: `auto`. */
  pgvector: Schema.optionalKey(Schema.Literals(["auto", "never"])),
  /**
   * A namespace with more records than this gets an HNSW index; below, each query compares with every vector. Default: 10,000,
   * embedded 20,000.
   */
  indexAbove: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 }))),
  /**
   * What the index holds: `halfvec` has half the size, and is slow where it is embedded. Above 2,000 dimensions it is always
   * `halfvec`, above 4,000 there is none. Default: `halfvec`, embedded `vector`.
   */
  indexed: Schema.optionalKey(Schema.Literals(["halfvec", "vector"])),
  /** Links of a vector in the index, 2 to 100. Default: 16. */
  m: Schema.optionalKey(within(2, 100)),
  /** Candidates when a vector is put into the index, 4 to 1,000, at least twice `m`. Default: 64. */
  efConstruction: Schema.optionalKey(within(4, 1000)),
  /** Candidates of a query, 1 to 1,000: the more, the fewer are missed. Default: 100. */
  efSearch: Schema.optionalKey(within(1, 1000)),
  /** Postgres's text search configuration of new namespaces: `english`, `german`, … Default: `simple`, for any language. */
  language: Schema.optionalKey(Schema.NonEmptyString),
  /** How long reading may take, and waiting for a connection with it, in ms. Default: 30,000. */
  timeoutMs: Schema.optionalKey(Ms),
  /** The same for writing, which may build an index, in ms. Default: 1,800,000, half an hour. */
  writeTimeoutMs: Schema.optionalKey(Ms),
}).check(
  Schema.makeFilter(
    ({ m = 16, efConstruction = 64 }) => efConstruction >= 2 * m || "efConstruction must be at least 2 * m",
  ),
)
export interface PostgresStoreOptions extends Schema.Schema.Type<typeof PostgresStoreOptions> {}

export const defaultFolder = ".switchyard/rag-pg"

export const settingsOf = (options: PostgresStoreOptions, embedded: boolean) => ({
  create: true,
  maxConnections: 10,
  pgvector: "auto" as const,
  indexAbove: embedded ? 20_000 : 10_000,
  indexed: embedded ? ("vector" as const) : ("halfvec" as const),
  m: 16,
  efConstruction: 64,
  efSearch: 100,
  language: "simple",
  timeoutMs: 30_000,
  writeTimeoutMs: 1_800_000,
  ...options,
})
export type Settings = ReturnType<typeof settingsOf>

const decode = Schema.decodeUnknownEffect(PostgresStoreOptions, { errors: "all", onExcessProperty: "error" })

/** Checks options; wrong ones fail with `InvalidRequest` and the path of the field. */
export const checkedOptions = (options: unknown): Effect.Effect<PostgresStoreOptions, LlmError> =>
  Effect.mapError(decode(options), ({ message }) =>
    LlmError.make(
      {
        _tag: "InvalidRequest",
        field: "options",
        message: `the options of ${plugin} are wrong: ${message.replace(/\s+/g, " ")}`,
      },
      { operation: "compose" },
    ),
  )
