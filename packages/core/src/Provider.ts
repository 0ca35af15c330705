import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { EmbedRequest, ProviderEmbedResponse } from "./Embed.ts"
import type { LlmError } from "./LlmError.ts"
import type { ModelInfo } from "./ModelInfo.ts"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import type { StreamPart } from "./StreamPart.ts"

/**
 * A source of models. Contract:
 * - `request.model` is the vendor's own name: the provider's id is already stripped.
 * - Exactly one HTTP request per call: the kernel alone retries.
 * - Every failure is an `LlmError`, never a stream part. A stream sends `finish` only when the vendor said that the answer
 *   is whole: without it the kernel takes the answer as cut.
 * - What a request asks for and the vendor cannot do is a warning, never silently lost.
 * - Interruption cancels the request underneath.
 * - `generate` or `stream` may be left out: the other one is then derived from it.
 */
export interface Provider {
  /** The first segment of `"provider/model"`. */
  readonly id: string
  /** Models worth listing. Others may work too. The first is used when a call says `"auto"` and nothing else decides. */
  readonly models: ReadonlyArray<string>
  /** Variables or options that hold its keys, for `doctor`: names and whether they are set, never values. */
  readonly credentials?: ReadonlyArray<{ readonly name: string; readonly present: boolean }>
  /** What is known of a model without calling it; `undefined` when nothing is. */
  readonly describe: (model: string) => ModelInfo | undefined
  readonly generate?: (request: LlmRequest) => Effect.Effect<ProviderResponse, LlmError>
  readonly stream?: (request: LlmRequest) => Stream.Stream<StreamPart, LlmError>
  readonly embed?: (request: EmbedRequest) => Effect.Effect<ProviderEmbedResponse, LlmError>
}
