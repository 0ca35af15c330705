import {
  compose,
  definePlugin,
  type Finish,
  Kernel,
  type LlmError,
  type LlmRequest,
  type Part,
  type Provider,
  type ProviderResponse,
  type Reason,
  type StreamPart,
  type ToolCallPart,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** What the model answers to one request. */
export type Turn = ReadonlyArray<Part> | Partial<ProviderResponse> | ((request: LlmRequest) => ReadonlyArray<Part>)

export const text = (value: string): Part => ({ type: "text", text: value })

export const call = (name: string, input: unknown, id = `call-${name}`): ToolCallPart => ({
  type: "tool-call",
  id,
  name,
  inputText: typeof input === "string" ? input : JSON.stringify(input),
})

const answer = (turn: Turn, request: LlmRequest): ProviderResponse => {
  const given = typeof turn === "function" ? { content: turn(request) } : "length" in turn ? { content: turn } : turn
  const content = given.content ?? []
  const calls = content.some((part) => part.type === "tool-call")
  const finish: Finish = { unified: calls ? "tool-calls" : "stop" }
  const usage = { input: { total: 10 }, output: { total: 5 }, cost: { amount: 0.5, currency: "USD" } }
  return { content, finish, usage, warnings: [], model: "vendor-1", ...given }
}

/** A provider that answers with one turn after the other, the last one again and again; `seen` holds what it was sent. */
export const scripted = (...turns: ReadonlyArray<Turn>) => {
  const seen: Array<LlmRequest> = []
  const provider: Provider = {
    id: "p",
    models: ["m"],
    describe: () => undefined,
    generate: (request) =>
      Effect.sync(() => {
        seen.push(request)
        return answer(turns[Math.min(seen.length, turns.length) - 1] ?? [text("done")], request)
      }),
  }
  return { seen, layer: stackOf(provider) }
}

/** A provider that streams these parts, one list per request, one batch per part. */
export const flowing = (...streams: ReadonlyArray<ReadonlyArray<StreamPart>>) => {
  let asked = 0
  return stackOf({
    id: "p",
    models: ["m"],
    describe: () => undefined,
    stream: () => Stream.suspend(() => Stream.rechunk(Stream.fromArray([...(streams[asked++] ?? [])]), 1)),
  })
}

export const stackOf = (provider: Provider): Layer.Layer<Kernel, LlmError> =>
  compose([
    definePlugin({
      manifest: { name: "scripted", kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.succeed(key, provider),
    })(),
  ])

export const ask = { model: "p/m", prompt: "go" }

/** The reason of a run that must fail. */
export const reasonOf = <A, R>(run: Effect.Effect<A, LlmError, R>): Effect.Effect<Reason, A, R> =>
  Effect.map(Effect.flip(run), (error) => error.reason)
