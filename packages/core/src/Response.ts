import * as Schema from "effect/Schema"
import { Finish, Warning } from "./Finish.ts"
import { ProviderData } from "./Json.ts"
import { Part } from "./Part.ts"
import { RouteTrace } from "./RouteTrace.ts"
import { Usage } from "./Usage.ts"
import { Verdict } from "./Verdict.ts"

const answer = {
  content: Schema.Array(Part),
  finish: Finish,
  usage: Usage,
  warnings: Schema.Array(Warning),
  id: Schema.optionalKey(Schema.String),
  model: Schema.String,
  providerData: Schema.optionalKey(ProviderData),
}

/** What a provider gives back. `model` is the one that answered, as the vendor names it. */
export const ProviderResponse = Schema.Struct(answer)
export interface ProviderResponse extends Schema.Schema.Type<typeof ProviderResponse> {}

/** How an answer came out of a cache: `ageMs` since it was stored, `similarity` 0..1 of a semantic hit. */
export const Cached = Schema.Struct({
  kind: Schema.String,
  ageMs: Schema.Finite,
  stale: Schema.optionalKey(Schema.Boolean),
  similarity: Schema.optionalKey(Schema.Finite),
})
export interface Cached extends Schema.Schema.Type<typeof Cached> {}

/** What a call gives back: the provider's answer, who it was, and every decision on the way. */
export const LlmResponse = Schema.Struct({
  ...answer,
  provider: Schema.String,
  verdict: Schema.optionalKey(Verdict),
  cached: Schema.optionalKey(Cached),
  /** Why this is less than what was asked for: an old answer from the cache, or extracted text instead of a model's. */
  degraded: Schema.optionalKey(Schema.String),
  route: RouteTrace,
})
export interface LlmResponse extends Schema.Schema.Type<typeof LlmResponse> {}
