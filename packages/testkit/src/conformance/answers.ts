import { assert } from "@effect/vitest"
import { type Finish, type LlmResponse, type Part, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Reply, ReplyFinish } from "../Reply.ts"
import { check } from "./Scene.ts"
import { hello, type ProviderConformance, type Way, ways } from "./Suite.ts"
import { group } from "./group.ts"
import { wireOf } from "./wires/index.ts"

const partsOf = <T extends Part["type"]>(response: LlmResponse, type: T) =>
  response.content.filter((part): part is Extract<Part, { readonly type: T }> => part.type === type)

/** What the model put out comes back whole, whichever way it was asked. */
export const answers = (suite: ProviderConformance): void =>
  group("answers", () => {
    /** One reply, asked for both ways. */
    const gives: Gives = (title, reply, judge, asked = ways) =>
      check(suite, title, (scene) =>
        Effect.gen(function* () {
          scene.upstream.always(reply)
          for (const way of asked) judge(yield* scene.ask(way, hello), way)
        }),
      )

    const prose = "One \u{1f600} two \u00e9\u0301 three\n\n\tfour \u2028 \u0000 five "
    gives("text, every character", { text: prose }, (response) => {
      assert.deepStrictEqual(
        response.content.map(({ type }) => type),
        ["text"],
      )
      assert.strictEqual(textOf(response.content), prose)
    })

    gives(
      "the id, the model that answered and the provider",
      { id: "answer-7", model: "that-model-0613" },
      (response) => {
        assert.strictEqual(response.id, "answer-7")
        assert.strictEqual(response.model, "that-model-0613")
        assert.isAbove(response.provider.length, 0)
      },
    )

    finishes(gives)
    gives(
      "a refusal: its words, and content-filter as the finish",
      { refusal: "I cannot help with that." },
      (response) => {
        assert.strictEqual(textOf(response.content), "I cannot help with that.")
        assert.strictEqual(response.finish.unified, "content-filter")
      },
    )

    if (suite.capabilities.reasoning) {
      gives("reasoning, before the text", { reasoning: "Let me think.", text: "Done." }, (response) => {
        assert.deepStrictEqual(
          response.content.map(({ type }) => type),
          ["reasoning", "text"],
        )
        assert.strictEqual(partsOf(response, "reasoning")[0]?.text, "Let me think.")
        assert.strictEqual(textOf(response.content), "Done.")
      })
    }
    if (suite.capabilities.tools) toolCalls(gives, suite)
    if (suite.capabilities.citations) citations(gives)
    if (suite.capabilities.imageOutput) {
      const png = "iVBORw0KGgo="
      gives("an image, as a file part", { text: "Here:", images: [png] }, (response) => {
        const [file] = partsOf(response, "file")
        assert.strictEqual(file?.mediaType, "image/png")
        assert.deepStrictEqual(file?.source, { type: "base64", base64: png })
      })
    }
  })

type Gives = (
  title: string,
  reply: Reply,
  judge: (response: LlmResponse, way: Way) => void,
  asked?: ReadonlyArray<Way>,
) => void

const finishes = (gives: Gives): void => {
  const words: ReadonlyArray<readonly [ReplyFinish, Finish["unified"]]> = [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
  ]
  for (const [finish, unified] of words) {
    gives(`finish ${unified}, with the vendor's own word`, { text: "Some text", finish }, (response) => {
      assert.strictEqual(response.finish.unified, unified)
      assert.isAbove(response.finish.raw?.length ?? 0, 0, "finish.raw")
      assert.strictEqual(textOf(response.content), "Some text")
    })
  }
}

const toolCalls = (gives: Gives, { capabilities }: ProviderConformance): void => {
  // Where input is an object on the wire, only a stream carries its text, and no text is an empty object.
  const objects = capabilities.upstream !== false && wireOf(capabilities.upstream).toolInput === "object"
  const streamed: ReadonlyArray<Way> = capabilities.stream ? ["stream"] : []
  const inputs: ReadonlyArray<readonly [string, string, ReadonlyArray<Way>?]> = [
    ["with its exact input text", '{ "city":"Lima",\n "n": 1e2, "z": 1.0 }'],
    ["with input that is not valid JSON, as it is", '{"city": "Lima', objects ? streamed : ways],
    ["with input that is not even JSON", "weather in Lima \u{1f327}", objects ? streamed : ways],
    ["with an empty object as input", "{}"],
    ["with empty input", ""],
  ]
  for (const [what, inputText, asked] of inputs) {
    gives(
      `a tool call ${what}`,
      { toolCalls: [{ id: "call_9", name: "weather", arguments: inputText }] },
      (response, way) => {
        const [call, ...rest] = response.content
        assert.deepStrictEqual(rest, [])
        assert.isTrue(call?.type === "tool-call")
        if (call?.type !== "tool-call") return
        assert.deepStrictEqual([call.id, call.name], ["call_9", "weather"])
        if (objects && inputText === "") assert.strictEqual(call.inputText, "{}")
        else if (objects && way === "generate")
          assert.deepStrictEqual(JSON.parse(call.inputText), JSON.parse(inputText))
        else assert.strictEqual(call.inputText, inputText)
        assert.strictEqual(response.finish.unified, "tool-calls")
      },
      asked,
    )
  }

  const two = [
    { id: "call_1", name: "weather", arguments: '{"city":"Lima"}' },
    { id: "call_2", name: "time", arguments: '{"zone":"UTC"}' },
  ]
  gives("text and two tool calls, in order", { text: "I look.", toolCalls: two }, (response) => {
    assert.deepStrictEqual(
      response.content.map(({ type }) => type),
      ["text", "tool-call", "tool-call"],
    )
    const calls = partsOf(response, "tool-call")
    assert.deepStrictEqual(
      calls.map(({ id, name, inputText }) => ({ id, name, arguments: inputText })),
      two,
    )
  })
}

const citations = (gives: Gives): void => {
  const cited = [
    { url: "https://example.com/one?a=1&b=2", title: "One", start: 0, end: 3 },
    { url: "https://example.com/two", title: "Two", start: 4, end: 7 },
  ]
  gives(
    "citations, as source parts in order, beside the whole text",
    { text: "One two.", citations: cited },
    (response) => {
      const sources = partsOf(response, "source")
      assert.deepStrictEqual(
        sources.map(({ source }) => (source.type === "url" ? [source.url, source.title] : source.type)),
        cited.map(({ url, title }) => [url, title]),
      )
      assert.strictEqual(new Set(sources.map(({ id }) => id)).size, 2, "each has an id of its own")
      assert.strictEqual(textOf(response.content), "One two.")
    },
  )
}
