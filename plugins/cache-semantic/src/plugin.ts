import { definePlugin, type LlmError, type Plugin } from "@switchyard/core"
import { type Embedder, makeExactStore, type VectorStore } from "@switchyard/rag"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { conceptEmbedder } from "./ConceptEmbedder.ts"
import { defaultThreshold } from "./Judgement.ts"
import { makeOwnCache } from "./OwnCache.ts"
import { makeSemanticCache } from "./SemanticCache.ts"

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const isCachePlugin = (value: unknown): value is Plugin<"cache", LlmError, never> =>
  isObject(value) &&
  "manifest" in value &&
  isObject(value.manifest) &&
  "kind" in value.manifest &&
  value.manifest.kind === "cache" &&
  "layer" in value

const isEmbedder = (value: unknown): value is Embedder =>
  isObject(value) &&
  "embed" in value &&
  typeof value.embed === "function" &&
  "dimensions" in value &&
  "id" in value &&
  "version" in value

const isStore = (value: unknown): value is VectorStore =>
  isObject(value) &&
  "upsert" in value &&
  typeof value.upsert === "function" &&
  "query" in value &&
  typeof value.query === "function"

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const ms = Schema.Finite.check(Schema.isGreaterThan(0))

const Options = Schema.Struct({
  /** The cache that keeps the answers: `memoryCache()`, `redisCache()`. Default: 1,000 answers in memory. */
  over: Schema.optionalKey(Schema.declare(isCachePlugin, { expected: "a plugin of kind cache" })),
  /** Default: `conceptEmbedder`, which needs no data and no network. */
  embedder: Schema.optionalKey(Schema.declare(isEmbedder, { expected: "an Embedder of @switchyard/rag" })),
  /** Where the vectors are. Default: in memory. */
  store: Schema.optionalKey(Schema.declare(isStore, { expected: "a VectorStore of @switchyard/rag" })),
  /** The least cosine at which the guard looks at all. Default: 0.7; of another embedder, calibrate it. */
  threshold: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** `"provider/model"` of a model that must agree as well. */
  judge: Schema.optionalKey(Schema.Struct({ model: Schema.NonEmptyString, timeoutMs: Schema.optionalKey(ms) })),
  /** Models that may answer for each other: `{ "openai/gpt-5": "large", "anthropic/opus": "large" }`. */
  classes: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Tenants share what is found by meaning. The inner cache must share too. Default: false. */
  shared: Schema.optionalKey(Schema.Boolean),
  /** How many similar prompts are looked at. Default: 8. */
  candidates: Schema.optionalKey(count.check(Schema.isLessThanOrEqualTo(100))),
  /** Prompts remembered for the look by meaning. Default: 10,000. */
  maxPrompts: Schema.optionalKey(count),
  /** The wait for the embedder and for the store of vectors, each, in ms. Default: 500. */
  patienceMs: Schema.optionalKey(ms),
  /** Without `over`: answers kept. Default: 1,000. */
  maxEntries: Schema.optionalKey(count),
  /** Without `over`: how long an answer is kept, in ms. Default: one hour. */
  ttlMs: Schema.optionalKey(ms),
}).check(
  Schema.makeFilter(({ over, maxEntries, ttlMs }) =>
    over === undefined || (maxEntries === undefined && ttlMs === undefined)
      ? undefined
      : {
          path: [maxEntries === undefined ? "ttlMs" : "maxEntries"],
          issue: "is for the cache that is used without over: set it there",
        },
  ),
)

/**
 * A second look for questions that mean the same, over any cache, with a guard against those that only look alike. Wrong
 * options fail the stack with `InvalidRequest` and the path of the field; so does an inner cache that cannot be built.
 */
export const semanticCache = definePlugin({
  manifest: { name: "@switchyard/cache-semantic", kind: "cache", contract: 1, permissions: [] },
  options: Options,
  layer: (
    {
      over,
      embedder,
      store,
      threshold,
      judge,
      classes,
      shared = false,
      candidates,
      maxPrompts,
      patienceMs,
      maxEntries,
      ttlMs,
    },
    key,
  ) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        const inner = over === undefined ? undefined : Context.get(yield* Layer.build(over.layer), over.key)
        return makeSemanticCache({
          inner: inner ?? makeOwnCache({ maxEntries: maxEntries ?? 1000, ttlMs: ttlMs ?? 3_600_000, shared }),
          store: store ?? (yield* makeExactStore()),
          embedder: embedder ?? conceptEmbedder,
          threshold: threshold ?? defaultThreshold,
          walls: { classes: classes ?? {}, shared },
          candidates: candidates ?? 8,
          maxPrompts: maxPrompts ?? 10_000,
          patienceMs: patienceMs ?? 500,
          judge: judge === undefined ? undefined : { model: judge.model, timeoutMs: judge.timeoutMs ?? 1500 },
        })
      }),
    ),
})
