import { LlmError, type Origin, type Part, type ProviderData, type StreamPart } from "@switchyard/core"
import type { Response } from "../ai.ts"
import { toAnswerMetadata } from "../marks.ts"
import { type Declared, originMark, originOf, toContent, toFinish, toHead } from "./response.ts"

type End = Extract<StreamPart, { readonly type: "text-end" | "reasoning-end" }>

/** Where a stream stands: what was shown, what waits for its end, and what is known of who answers. */
export interface OutState {
  readonly declared: Declared
  /** The vendor's data on pieces that are open. */
  readonly data: Map<string, ProviderData>
  readonly held: Array<End>
  readonly unnamed: Array<Part>
  model: string | undefined
  shown: boolean
}

export const outState = (declared: Declared): OutState => ({
  declared,
  data: new Map(),
  held: [],
  unnamed: [],
  model: undefined,
  shown: false,
})

type Out = Array<Response.StreamPartEncoded>

/** One part of a stream: adds what effect/ai calls it to `out` and moves `state` on. Throws for a restart after content. */
export const outStep = (state: OutState, part: StreamPart, out: Out): void => {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      out.push({ type: part.type, id: part.id, delta: part.text })
      state.shown = true
      return
    case "text-start":
    case "reasoning-start":
      if (part.providerData !== undefined) state.data.set(`${part.type[0]}${part.id}`, part.providerData)
      out.push({ type: part.type, id: part.id, metadata: toAnswerMetadata(part.providerData) })
      state.shown = true
      return
    case "text-end":
    case "reasoning-end":
      return end(state, part, out)
    case "tool-input-start":
    case "tool-input-delta":
    case "tool-input-end":
      state.shown = true
      return toolInput(state, part, out)
    case "stream-start":
      if (part.warnings.length > 0) out.push(toHead(undefined, undefined, part.warnings))
      return
    case "response-metadata":
      state.model = part.model ?? state.model
      out.push(toHead(part.id, part.model, []))
      return
    case "restart":
      return restart(state, part.reason)
    case "raw":
      return
    case "finish":
      return finish(state, part, out)
    default:
      return whole(state, part, out)
  }
}

const whole = (state: OutState, part: Part, out: Out): void => {
  state.shown = true
  if (part.type === "text" || part.type === "reasoning") return pieces(state, part, out)
  const given = toContent(part, state.declared, state.model)
  if (given === undefined) state.unnamed.push(part)
  else out.push(given)
}

/** A text that came whole. */
const pieces = (state: OutState, part: Extract<Part, { readonly type: "text" | "reasoning" }>, out: Out): void => {
  const id = `whole-${out.length}-${state.held.length}`
  const data = part.providerData === undefined ? {} : { providerData: part.providerData }
  out.push({ type: `${part.type}-start`, id }, { type: `${part.type}-delta`, id, delta: part.text })
  end(state, { type: `${part.type}-end`, id, ...data }, out)
}

const toolInput = (
  { declared }: OutState,
  part: Extract<StreamPart, { readonly type: `tool-input-${string}` }>,
  out: Out,
): void => {
  const { id } = part
  if (part.type === "tool-input-delta") return void out.push({ type: "tool-params-delta", id, delta: part.text })
  if (part.type === "tool-input-end") return void out.push({ type: "tool-params-end", id })
  const name = declared.names.getCustomName(part.name)
  out.push({ type: "tool-params-start", id, name, providerExecuted: part.providerExecuted === true })
}

/** The end of a piece with a vendor's data waits for the finish, which says who answered, if the data does not. */
const end = (state: OutState, part: End, out: Out): void => {
  const key = `${part.type[0]}${part.id}`
  const data = part.providerData ?? state.data.get(key)
  state.data.delete(key)
  const known = originOf(data, state.model, state.declared)
  if (data !== undefined && known === undefined) return void state.held.push(part)
  out.push(toEnd(part, known))
}

const toEnd = (part: End, known: Origin | undefined): Response.StreamPartEncoded => ({
  type: part.type,
  id: part.id,
  metadata: toAnswerMetadata(part.providerData, originMark(known)),
})

const finish = (state: OutState, part: Extract<StreamPart, { readonly type: "finish" }>, out: Out): void => {
  const { provider, model } = part
  const by = provider === undefined || model === undefined ? undefined : { provider, model }
  for (const held of state.held) out.push(toEnd(held, by))
  out.push(toFinish(part, state.unnamed))
}

/** Nobody has seen anything of the first answer: the second may be taken for it. Otherwise they would run together. */
const restart = (state: OutState, reason: string): void => {
  if (!state.shown) return
  throw LlmError.make({
    _tag: "ProviderInternal",
    message: `the answer was cut (${reason}) and begun again, which effect/ai has no way to say: use the stream contract "hold", "resume" or "fail"`,
  })
}
