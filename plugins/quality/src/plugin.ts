import { definePlugin } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { CheckCode } from "./Assess.ts"
import { makeQuality, type QualityService } from "./Quality.ts"
import { makeMiddleware } from "./QualityMiddleware.ts"

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const count = Schema.Natural.check(Schema.isGreaterThan(0))
const positive = Schema.Finite.check(Schema.isGreaterThan(0))
const optional = Schema.optionalKey

const isCheckCode = (value: unknown): value is CheckCode => typeof value === "function"
const isFetch = (value: unknown): value is typeof globalThis.fetch => typeof value === "function"
const isEmbedder = (value: unknown): value is Embedder =>
  typeof value === "object" && value !== null && "embed" in value && typeof value.embed === "function"
const isService = (value: unknown): value is QualityService =>
  typeof value === "object" && value !== null && "assess" in value && typeof value.assess === "function"

const Judge = Schema.Struct({ model: Schema.NonEmptyString, timeoutMs: optional(positive) })
const Variant = Schema.Struct({
  name: Schema.NonEmptyString,
  weight: optional(positive),
  model: optional(Schema.NonEmptyString),
  system: optional(Schema.String),
})

const Options = Schema.Struct({
  /** A judge model. Default: none. */
  judge: optional(Judge),
  /** Answers below this confidence get a warning. Default: none do. */
  warnBelow: optional(share),
  /** Default: none, so words decide alone. */
  embedder: optional(Schema.declare(isEmbedder)),
  /** Cosine from which a sentence means what a claim does. Default: 0.75. */
  similarity: optional(share),
  /** Says what is wrong with a block of code. Default: brackets and fences are counted. */
  checkCode: optional(Schema.declare(isCheckCode)),
  /** Passages for questions that have none of their own. */
  knowledge: optional(Schema.Array(Schema.String)),
  statistics: optional(
    Schema.Struct({
      window: optional(count),
      maxAgeMs: optional(positive),
      maxModels: optional(count),
      maxMetrics: optional(count),
    }),
  ),
  drift: optional(
    Schema.Struct({
      method: optional(Schema.Literals(["cusum", "page-hinkley"])),
      warmUp: optional(Schema.Natural.check(Schema.isGreaterThanOrEqualTo(2))),
      slack: optional(positive),
      limit: optional(positive),
      minSd: optional(positive),
      directions: optional(Schema.Array(Schema.Literals(["up", "down"]))),
      metrics: optional(Schema.Array(Schema.NonEmptyString)),
      maxSeries: optional(count),
    }),
  ),
  alerts: optional(
    Schema.Struct({
      log: optional(Schema.Boolean),
      webhook: optional(
        Schema.Struct({
          url: Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.NonEmptyString)]),
          headers: optional(
            Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Redacted(Schema.String)])),
          ),
          timeoutMs: optional(positive),
          attempts: optional(count),
        }),
      ),
      fetch: optional(Schema.declare(isFetch)),
    }),
  ),
  failures: optional(Schema.Struct({ maxClusters: optional(count), similarity: optional(share) })),
  feedback: optional(
    Schema.Struct({ maxAnswers: optional(count), maxCorrections: optional(count), maxModels: optional(count) }),
  ),
  experiment: optional(
    Schema.Struct({
      name: Schema.NonEmptyString,
      variants: Schema.Array(Variant),
      keyTag: optional(Schema.NonEmptyString),
      metric: optional(Schema.NonEmptyString),
      higherIsBetter: optional(Schema.Boolean),
      alpha: optional(share),
      effect: optional(positive),
      least: optional(count),
    }),
  ),
  /** A service made with `makeQuality`, to read its statistics and give feedback; it has its own options then. */
  service: optional(Schema.declare(isService)),
})

/**
 * Assesses every answer: grounded in its passages, relevant, complete, safe, no refusal, no repetition, code that holds
 * together; one confidence of all. The assessment stands in `response.providerData.quality`; read it with `assessmentOf`.
 * No model is asked unless `judge` names one. A wrong option fails the stack with `InvalidRequest` and the field's path.
 */
export const quality = definePlugin({
  manifest: { name: "@switchyard/quality", kind: "middleware", contract: 1, permissions: ["network"] },
  options: Options,
  layer: ({ service, warnBelow, ...options }, key) =>
    Layer.effect(
      key,
      Effect.map(service === undefined ? makeQuality(options) : Effect.succeed(service), (made) =>
        makeMiddleware(made, { warnBelow }),
      ),
    ),
})
