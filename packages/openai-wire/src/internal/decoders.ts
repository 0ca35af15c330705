import type { Decoder } from "@switchyard/transport/provider"
import { chatEnd, chatState, chatStep } from "./chat/stream.ts"
import { responsesState, responsesStep } from "./responses/stream.ts"

export const chatDecoder = (): Decoder => {
  const state = chatState()
  return {
    step: (event, out) => chatStep(state, event, out),
    end: (out) => chatEnd(state, out),
    finished: () => state.done,
  }
}

export const responsesDecoder = (id: string): Decoder => {
  const state = responsesState(id)
  return { step: (event, out) => responsesStep(state, event, out), end: () => undefined, finished: () => state.done }
}
