import type { PartialAnswer } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import type { StreamPart } from "../StreamPart.ts"
import type { Batch } from "./openStream.ts"

/** The request that asks another candidate to go on where the answer was cut. */
export const continued = (
  request: LlmRequest,
  partial: PartialAnswer,
  origin: { provider: string; model: string },
): LlmRequest => ({
  ...request,
  messages: [...request.messages, { role: "assistant", content: partial.content, origin }],
})

/** The pieces of a resumed stream must not be taken for those before the cut. */
export const renamed = ([head, ...rest]: Batch, attempt: number): Batch => {
  const rename = (part: StreamPart): StreamPart => (isPiece(part) ? { ...part, id: `${attempt}:${part.id}` } : part)
  return [rename(head), ...rest.map(rename)]
}

/** A resumed stream begins no new answer. Its warnings are told with the finish. */
export const withoutStart = (batch: Batch): Batch => {
  const [head, ...rest] = batch.filter((part) => part.type !== "stream-start")
  return head === undefined ? [{ type: "raw", value: null }] : [head, ...rest]
}

type Piece = Extract<StreamPart, { readonly type: `${"text" | "reasoning"}-${string}` }>

const isPiece = (part: StreamPart): part is Piece => part.type.startsWith("text-") || part.type.startsWith("reasoning-")
