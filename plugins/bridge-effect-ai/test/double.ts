import { type LlmError, type LlmRequest, type Provider, type ProviderResponse } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { makeEffectAi, makeLanguageModel, switchyardSettings } from "../src/index.ts"
import { kernelOf, scripted } from "./stubs.ts"

/** The name that the outer side asks for, the name and provider inside, and the outer provider's id. */
export const outer = { provider: "outer", model: "fast" } as const
export const inner = { provider: "stub", model: "one" } as const

/** A provider of Switchyard, out to effect/ai and in again: what the innermost is asked, and what the outermost gives. */
export const double = (
  response: Partial<ProviderResponse> | LlmError,
): Effect.Effect<
  { readonly provider: Required<Pick<Provider, "generate" | "stream">>; readonly requests: ReadonlyArray<LlmRequest> },
  LlmError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const { provider: innermost, requests } = scripted(response, inner.provider)
    const stack = yield* Layer.build(kernelOf(innermost))
    const made = makeLanguageModel({ model: `${inner.provider}/${inner.model}` })
    const model = yield* Effect.provideContext(made, stack)
    const { generate, stream } = makeEffectAi({
      id: outer.provider,
      models: new Map([[outer.model, { model, settings: switchyardSettings }]]),
      embeddings: new Map(),
    })
    if (generate === undefined || stream === undefined) return yield* Effect.die("it has both ways")
    return { provider: { generate, stream }, requests }
  })
