import { assert } from "@effect/vitest"
import type { MessageInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { check } from "./Scene.ts"
import { type Ask, hello, type ProviderConformance, ways } from "./Suite.ts"
import type { WirePiece } from "./wires/Wire.ts"
import { group } from "./group.ts"
import { inputOn } from "./judge.ts"

/** Neighbours of one role are one text: wires differ in how they wrap parts into messages. */
export const merged = (pieces: ReadonlyArray<WirePiece>): ReadonlyArray<WirePiece> => {
  const out: Array<WirePiece> = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if (piece.type === "text" && last?.type === "text" && last.role === piece.role) {
      out[out.length - 1] = { ...last, text: last.text + piece.text }
    } else out.push(piece)
  }
  return out
}

const said = (role: "system" | "user" | "assistant", text: string): WirePiece => ({ type: "text", role, text })

/** One of exact spelling, one that is not valid JSON. */
const inputs = ['{ "city":  "Lima", "n": 1e2 }', '{"city":"Oslo'] as const

const toolHistory: ReadonlyArray<MessageInput> = [
  { role: "user", content: "Weather in Lima and Oslo?" },
  {
    role: "assistant",
    content: [
      { type: "text", text: "I look it up." },
      { type: "tool-call", id: "call_a", name: "weather", inputText: inputs[0] },
      { type: "tool-call", id: "call_b", name: "weather", inputText: inputs[1] },
    ],
  },
  {
    role: "tool",
    content: [
      { type: "tool-result", id: "call_a", name: "weather", output: { type: "json", value: { celsius: 19 } } },
      { type: "tool-result", id: "call_b", name: "weather", output: { type: "error-text", value: "no such input" } },
    ],
  },
  { role: "user", content: "And now?" },
]

const foreignThought: ReadonlyArray<MessageInput> = [
  { role: "user", content: "Hi" },
  {
    role: "assistant",
    origin: { provider: "someone-else", model: "their-model" },
    content: [
      { type: "reasoning", text: "FOREIGN-THOUGHT", providerData: { "someone-else": { signature: "FOREIGN-SIGN" } } },
      { type: "text", text: "Hello." },
    ],
  },
  { role: "user", content: "Go on." },
]

/** What is said arrives, in order and unchanged. */
export const messages = (suite: ProviderConformance): void =>
  group("messages", () => {
    model(suite)
    turns(suite)
    if (suite.capabilities.tools) history(suite)
    foreign(suite)
  })

const model = (suite: ProviderConformance): void =>
  check(suite, "the model arrives without the provider's id, and only a stream asks for a stream", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, hello)
        assert.strictEqual(scene.sent(index).model, suite.model)
        // What the provider does not implement is derived from the other way.
        if (suite.capabilities[way]) assert.strictEqual(scene.sent(index).streamed, way === "stream", way)
      }
    }),
  )

const turns = (suite: ProviderConformance): void => {
  /** One request, both ways; the pieces of the conversation that arrived. */
  const arrives = (title: string, request: Ask, expected: ReadonlyArray<WirePiece>) =>
    check(suite, title, (scene) =>
      Effect.gen(function* () {
        for (const [index, way] of ways.entries()) {
          yield* scene.ask(way, request)
          assert.deepStrictEqual(merged(scene.sent(index).pieces), expected, way)
        }
      }),
    )

  arrives("the system prompt arrives as such, above the user's words", { system: "Be brief.", prompt: "Hi" }, [
    said("system", "Be brief."),
    said("user", "Hi"),
  ])

  const first = { role: "system", content: "Be brief." } as const
  arrives(
    "several system messages arrive, in order",
    { messages: [first, { role: "system", content: "Be kind." }, { role: "user", content: "Hi" }] },
    [said("system", "Be brief.Be kind."), said("user", "Hi")],
  )

  arrives(
    "several turns keep their order and roles",
    {
      messages: [
        { role: "user", content: "one" },
        { role: "assistant", content: "two" },
        { role: "user", content: "three" },
        { role: "assistant", content: "four" },
        { role: "user", content: "five" },
      ],
    },
    [
      said("user", "one"),
      said("assistant", "two"),
      said("user", "three"),
      said("assistant", "four"),
      said("user", "five"),
    ],
  )

  const quoted = 'two "quoted"\n\ttabs \u{1f600} \u00e9 \u2028 </s>'
  const parts: MessageInput = {
    role: "user",
    content: [
      { type: "text", text: "one " },
      { type: "text", text: quoted },
    ],
  }
  arrives("several parts of one message arrive in order, every character", { messages: [parts] }, [
    said("user", `one ${quoted}`),
  ])
}

const history = (suite: ProviderConformance): void => {
  check(suite, "tool calls and results arrive with ids, names and the exact input text", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { messages: toolHistory })
        const pieces = merged(scene.sent(index).pieces)
        assert.deepStrictEqual(pieces.slice(0, 4), [
          said("user", "Weather in Lima and Oslo?"),
          said("assistant", "I look it up."),
          { type: "call", id: "call_a", name: "weather", inputText: inputOn(scene.wire, inputs[0]) },
          { type: "call", id: "call_b", name: "weather", inputText: inputOn(scene.wire, inputs[1]) },
        ])
        const [a, b, last] = pieces.slice(4)
        assert.deepStrictEqual(a, { type: "result", id: "call_a", text: '{"celsius":19}' })
        assert.isTrue(b?.type === "result" && b.id === "call_b" && b.text.includes("no such input"), "the error")
        if (scene.wire.toolErrors) assert.isTrue(b?.type === "result" && b.isError, "the error is marked as one")
        assert.deepStrictEqual(last, said("user", "And now?"))
      }
    }),
  )

  check(suite, "a tool result of parts: its text arrives, and what cannot is warned of", (scene) =>
    Effect.gen(function* () {
      const [user, assistant] = toolHistory
      if (user === undefined || assistant === undefined) return
      const image = {
        type: "file",
        mediaType: "image/png",
        source: { type: "base64", base64: "iVBORw0KGgo=" },
      } as const
      const output = { type: "content", value: [{ type: "text", text: "Sunny:" }, image] } as const
      const results = ["call_a", "call_b"].map((id) => ({ type: "tool-result", id, name: "weather", output }) as const)
      const request = { messages: [user, assistant, { role: "tool", content: results }] } as const
      const { warnings } = yield* scene.ask("generate", request)
      const got = scene.sent().pieces.filter((piece) => piece.type === "result")
      assert.deepStrictEqual(
        got.map((piece) => piece.text),
        ["Sunny:", "Sunny:"],
      )
      const arrived = scene.upstream.requests[0]?.rawBody.includes("iVBORw0KGgo=") === true
      assert.isTrue(arrived || warnings.length > 0, "the image vanished")
    }),
  )

  check(suite, "a denied tool call is told to the model, with the reason", (scene) =>
    Effect.gen(function* () {
      const [user, assistant] = toolHistory
      if (user === undefined || assistant === undefined) return
      const denied = { type: "denied", reason: "too expensive" } as const
      const results = ["call_a", "call_b"].map(
        (id) => ({ type: "tool-result", id, name: "weather", output: denied }) as const,
      )
      yield* scene.ask("generate", { messages: [user, assistant, { role: "tool", content: results }] })
      const got = scene.sent().pieces.filter((piece) => piece.type === "result")
      assert.strictEqual(got.length, 2)
      for (const piece of got) {
        assert.include(piece.text, "too expensive")
        if (scene.wire.toolErrors) assert.isTrue(piece.isError, "the denial is marked as an error")
      }
    }),
  )
}

const foreign = (suite: ProviderConformance): void =>
  check(suite, "another provider's reasoning and its signature are never replayed", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { messages: foreignThought })
        const raw = scene.upstream.requests[index]?.rawBody ?? ""
        assert.notInclude(raw, "FOREIGN-SIGN")
        assert.notInclude(raw, "FOREIGN-THOUGHT")
        assert.include(raw, "Hello.")
      }
    }),
  )
