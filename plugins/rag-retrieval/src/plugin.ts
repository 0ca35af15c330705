import { definePlugin, LlmError } from "@switchyard/core"
import { type Filter, parseFilter, Retriever } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { places } from "./internal/middleware/frame.ts"
import { makeRetrievalMiddleware } from "./RetrievalMiddleware.ts"

const optional = Schema.optionalKey
const positive = Schema.Finite.check(Schema.isGreaterThan(0))
const count = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))

const isRetriever = (value: unknown): value is Retriever =>
  typeof value === "object" && value !== null && "retrieve" in value && typeof value.retrieve === "function"

const isFilter = (value: unknown): value is Filter => typeof value === "object" && value !== null

const filterProblem = (filter: Filter): string | undefined => {
  const parsed = parseFilter(filter)
  return parsed instanceof LlmError ? parsed.reason.message : undefined
}

const Options = Schema.Struct({
  /** Finds the passages. Default: the `Retriever` of the stack's context. */
  retriever: optional(Schema.declare(isRetriever, { expected: "a Retriever of @switchyard/rag" })),
  k: optional(count(100)),
  maxTokens: optional(count(10_000_000)),
  place: optional(Schema.Literals(places)),
  instructions: optional(Schema.String),
  filter: optional(
    Schema.declare(isFilter, { expected: "a filter" }).check(Schema.makeFilter((filter) => filterProblem(filter))),
  ),
  tenants: optional(
    Schema.Union([
      Schema.Struct({ by: Schema.Literal("namespace"), prefix: optional(Schema.String) }),
      Schema.Struct({ by: Schema.Literal("field"), field: Schema.NonEmptyString }),
    ]),
  ),
  standAlone: optional(Schema.Struct({ model: Schema.NonEmptyString, timeoutMs: optional(positive) })),
  calls: optional(Schema.Literals(["all", "tagged"])),
  onNothing: optional(Schema.Literals(["continue", "refuse"])),
  onFailure: optional(Schema.Literals(["fail", "continue"])),
  timeoutMs: optional(positive),
})

/**
 * Retrieval in every call: passages go into the request, numbered, framed and within the model's window, and come back as
 * `source` parts of the answer; the route trace says why each was chosen. Wrong options, and no retriever, fail the stack
 * with `InvalidRequest` and the path of the field.
 */
export const retrieval = definePlugin({
  manifest: { name: "@switchyard/rag-retrieval", kind: "middleware", contract: 1, permissions: [] },
  options: Options,
  layer: ({ retriever, ...options }, key) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        const found = retriever ?? Option.getOrUndefined(yield* Effect.serviceOption(Retriever))
        return found === undefined ? yield* noRetriever : makeRetrievalMiddleware(found, options)
      }),
    ),
})

const noRetriever = LlmError.make(
  {
    _tag: "InvalidRequest",
    field: "retriever",
    message:
      "@switchyard/rag-retrieval has no retriever: give it one as an option, retrieval({ retriever }), or provide the " +
      "service Retriever to the stack, for example with layerRetriever()",
  },
  { operation: "compose" },
)
