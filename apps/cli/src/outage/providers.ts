import { definePlugin, LlmError, type Plugin, type Provider, type Reason, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** What a scripted provider does with one request. */
export type Turn =
  | { readonly does: "answer"; readonly text: string }
  | { readonly does: "cut"; readonly text: string }
  | { readonly does: "stay silent" }
  | { readonly does: "fail"; readonly reason: Reason }

/** A provider that acts by a script, at the pace of a model: the last turn is what it goes on doing. */
export class ScriptedProvider {
  readonly plugin: Plugin<"provider", never, never>
  #turns: ReadonlyArray<Turn> = []

  constructor(id: string) {
    const provider: Provider = {
      id,
      models: ["large"],
      describe: () => undefined,
      stream: () => Stream.suspend(() => this.#act()),
    }
    this.plugin = definePlugin({
      manifest: { name: `${id} (scripted)`, kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.succeed(key, provider),
    })()
  }

  script(...turns: ReadonlyArray<Turn>): void {
    this.#turns = turns
  }

  #act(): Stream.Stream<StreamPart, LlmError> {
    const [turn = silence, ...rest] = this.#turns
    if (rest.length > 0) this.#turns = rest
    switch (turn.does) {
      case "answer":
        return Stream.concat(spoken(turn.text), Stream.fromArray(endOf(turn.text)))
      case "cut": {
        const reset: Reason = { _tag: "Network", message: "the connection was reset", code: "ECONNRESET" }
        return Stream.concat(spoken(turn.text.slice(0, (turn.text.length * 2) / 3)), Stream.fail(LlmError.make(reset)))
      }
      case "fail":
        return Stream.unwrap(Effect.as(Effect.sleep(latencyMs), Stream.fail(LlmError.make(turn.reason))))
      default:
        return Stream.never
    }
  }
}

const silence: Turn = { does: "stay silent" }
const latencyMs = 40
const wordMs = 12

const spoken = (text: string): Stream.Stream<StreamPart> => {
  const words = text.split(/(?<= )/).map((word): StreamPart => ({ type: "text-delta", id: "0", text: word }))
  const slowly = Stream.mapEffect(Stream.rechunk(Stream.fromArray(words), 1), (part) =>
    Effect.as(Effect.sleep(wordMs), part),
  )
  const begin: ReadonlyArray<StreamPart> = [
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "0" },
  ]
  return Stream.concat(Stream.fromArray(begin), Stream.unwrap(Effect.as(Effect.sleep(latencyMs), slowly)))
}

/** 20 input tokens, a token a word; 3 and 15 USD a million. */
const endOf = (text: string): ReadonlyArray<StreamPart> => {
  const total = text.split(" ").length
  const cost = { amount: (20 * 3 + total * 15) / 1e6, currency: "USD" }
  return [
    { type: "text-end", id: "0" },
    { type: "finish", reason: { unified: "stop" }, usage: { input: { total: 20 }, output: { total }, cost } },
  ]
}
