import { assert, it } from "@effect/vitest"
import type { MessageInput, Part, Tool } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type Ask, asking } from "./asking.ts"

const model = "claude-sonnet-4-6"

/** The body that a request is sent as. */
const sent = (request: Ask, named = model) =>
  asking((scene) => Effect.map(scene.generate(named, request), ({ warnings }) => ({ body: scene.body(), warnings })))

const ephemeral = { type: "ephemeral", ttl: "1h" } as const
const marked = { anthropic: { cache_control: ephemeral } }
const png = { type: "file", mediaType: "image/png", source: { type: "base64", base64: "AAAA" } } as const

it.live("neighbours of one role are one message, and tool results come first in theirs", () =>
  Effect.gen(function* () {
    const call = { type: "tool-call", id: "c.1", name: "look", inputText: "" } as const
    const result = { type: "tool-result", id: "c.1", name: "look", output: { type: "text", value: "19 C" } } as const
    const messages: ReadonlyArray<MessageInput> = [
      { role: "user", content: "a" },
      { role: "user", content: "b" },
      { role: "assistant", content: "c" },
      { role: "assistant", content: [call] },
      { role: "user", content: "d" },
      { role: "tool", content: [result] },
    ]
    const { body } = yield* sent({ messages })
    const text = (value: string) => ({ type: "text", text: value })
    assert.deepStrictEqual(body["messages"], [
      { role: "user", content: [text("a"), text("b")] },
      // Ids of other vendors may hold characters that this one refuses; call and result still match.
      { role: "assistant", content: [text("c"), { type: "tool_use", id: "c_1", name: "look", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c_1", content: "19 C" }, text("d")] },
    ])
  }),
)

it.live("system messages go to the top in order; one that stood elsewhere is told of", () =>
  Effect.gen(function* () {
    const messages: ReadonlyArray<MessageInput> = [
      { role: "system", content: "One.", providerData: marked },
      { role: "system", content: "Two." },
      { role: "user", content: "Hi" },
    ]
    const first = yield* sent({ messages })
    const one = { type: "text", text: "One.", cache_control: ephemeral }
    assert.deepStrictEqual(first.body["system"], [one, { type: "text", text: "Two." }])
    assert.deepStrictEqual(first.warnings, [])
    const late = yield* sent({
      messages: [
        { role: "user", content: "Hi" },
        { role: "system", content: "Three." },
      ],
    })
    assert.deepStrictEqual(late.body["system"], [{ type: "text", text: "Three." }])
    assert.deepStrictEqual(
      late.warnings.map(({ type }) => type),
      ["compatibility"],
    )
  }),
)

it.live("blanks are not sent, and an answer to be continued does not end in them", () =>
  Effect.gen(function* () {
    const messages: ReadonlyArray<MessageInput> = [
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "text", text: " \n" },
        ],
      },
      { role: "assistant", content: "" },
      { role: "assistant", content: "The answer is \n" },
    ]
    const { body } = yield* sent({ messages }, "claude-haiku-4-5")
    assert.deepStrictEqual(body["messages"], [
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      { role: "assistant", content: [{ type: "text", text: "The answer is" }] },
    ])
  }),
)

it.live("cache breakpoints on parts, messages, tools and the request arrive", () =>
  Effect.gen(function* () {
    const tool: Tool = { type: "function", name: "look", inputSchema: { type: "object" }, providerData: marked }
    const { body } = yield* sent({
      tools: [tool],
      providerData: { anthropic: { cache_control: { type: "ephemeral" } } },
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a", providerData: marked },
            { ...png, providerData: marked },
            { type: "text", text: "b" },
          ],
        },
        { role: "assistant", content: "c" },
        { role: "user", content: "d", providerData: marked },
      ],
    })
    assert.containSubset(body, {
      cache_control: { type: "ephemeral" },
      tools: [{ name: "look", cache_control: ephemeral }],
      messages: [
        {
          content: [
            { text: "a", cache_control: ephemeral },
            { type: "image", cache_control: ephemeral },
            { text: "b" },
          ],
        },
        { content: [{ text: "c" }] },
        { content: [{ text: "d", cache_control: ephemeral }] },
      ],
    })
    assert.strictEqual(JSON.stringify(body).split("cache_control").length - 1, 5, "and nowhere else")
  }),
)

it.live("cached tokens are counted beside the others, and add up", () =>
  asking((scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ usage: { input: 2100, cachedInput: 1500, cacheWrite: 500, output: 7 } })
      for (const way of ["generate", "stream"] as const) {
        const { usage } = yield* scene[way](model, { prompt: "Hi" })
        assert.deepStrictEqual(usage.input, { total: 2100, uncached: 100, cacheRead: 1500, cacheWrite: 500 })
        assert.containSubset(usage.raw, { input_tokens: 100, cache_read_input_tokens: 1500 })
      }
    }),
  ),
)

it.live("tool results arrive as text, images, documents, and as errors", () =>
  Effect.gen(function* () {
    const pdf = {
      type: "file",
      mediaType: "application/pdf",
      source: { type: "url", url: "https://x.test/a.pdf" },
    } as const
    const outputs = [
      { type: "content", value: [{ type: "text", text: "See:" }, png, pdf] },
      { type: "error-json", value: { code: 7 } },
      { type: "error-text", value: "no such city" },
      { type: "denied" },
    ] as const
    const id = (index: number) => `c${index}`
    const calls = outputs.map(
      (_, index) => ({ type: "tool-call", id: id(index), name: "look", inputText: "{}" }) as const,
    )
    const results = outputs.map(
      (output, index) => ({ type: "tool-result", id: id(index), name: "look", output }) as const,
    )
    const { body } = yield* sent({
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: calls },
        { role: "tool", content: results },
      ],
    })
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }
    const document = { type: "document", source: { type: "url", url: "https://x.test/a.pdf" } }
    assert.containSubset(body["messages"], [
      {},
      {},
      {
        content: [
          { tool_use_id: "c0", content: [{ type: "text", text: "See:" }, image, document] },
          { tool_use_id: "c1", content: `{"code":7}`, is_error: true },
          { tool_use_id: "c2", content: "no such city", is_error: true },
          { tool_use_id: "c3", content: "The tool call was denied.", is_error: true },
        ],
      },
    ])
  }),
)

it.live("documents: citations when asked for, uploaded files, and what cannot be read is refused", () =>
  Effect.gen(function* () {
    const asked = { anthropic: { citations: { enabled: true }, context: "A memo" } }
    const memo: Part = {
      type: "file",
      mediaType: "text/markdown",
      filename: "memo.md",
      source: { type: "text", text: "The moon is made of cheese." },
      providerData: asked,
    }
    const upload: Part = { type: "file", mediaType: "application/pdf", source: { type: "ref", ref: "file_1" } }
    const { body } = yield* sent({ messages: [{ role: "user", content: [memo, upload] }] })
    const source = { type: "text", media_type: "text/plain", data: "The moon is made of cheese." }
    assert.containSubset(body["messages"], [
      {
        content: [
          { type: "document", source, title: "memo.md", ...asked.anthropic },
          { type: "document", source: { type: "file", file_id: "file_1" } },
        ],
      },
    ])
    for (const mediaType of ["image/tiff", "audio/wav"]) {
      const file = { ...png, mediaType }
      const error = yield* Effect.flip(sent({ messages: [{ role: "user", content: [file] }] }))
      assert.strictEqual(error._tag === "LlmError" ? error.reason._tag : error._tag, "Unsupported")
      assert.include(error.message, mediaType)
    }
  }),
)

const cited = {
  id: "msg_1",
  type: "message",
  model,
  role: "assistant",
  stop_reason: "end_turn",
  content: [
    { type: "text", text: "It says " },
    {
      type: "text",
      text: "cheese",
      citations: [
        {
          type: "char_location",
          cited_text: "The moon is made of cheese.",
          document_index: 0,
          document_title: "memo.md",
          file_id: null,
          start_char_index: 0,
          end_char_index: 27,
        },
        { type: "page_location", cited_text: "p", document_index: 1, document_title: null, start_page_number: 2 },
        { type: "search_result_location", source: "https://x.test/s", title: "S", cited_text: "s" },
      ],
    },
  ],
}

it.live("citations become sources with place and passage, and go back with the text that they support", () =>
  asking((scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ fault: { body: cited } })
      const { content } = yield* scene.generate(model, { prompt: "Hi" })
      const sources = content.flatMap((part) => (part.type === "source" ? [part.source] : []))
      assert.deepStrictEqual(sources, [
        { type: "document", title: "memo.md", text: "The moon is made of cheese.", start: 0, end: 27 },
        { type: "document", title: "document 2", text: "p" },
        { type: "url", url: "https://x.test/s", title: "S" },
      ])
      const origin = { provider: "anthropic", model: "claude-haiku-4-5" }
      const messages = (by: typeof origin): ReadonlyArray<MessageInput> => [
        { role: "user", content: "Hi" },
        { role: "assistant", content, origin: by },
        { role: "user", content: "Go on" },
      ]
      yield* scene.generate(model, { messages: messages(origin) })
      const location = { type: "char_location", document_title: "memo.md", start_char_index: 0, end_char_index: 27 }
      assert.containSubset(scene.body()["messages"], [
        {},
        { content: [{}, { text: "cheese", citations: [location] }] },
        {},
      ])
      assert.notInclude(JSON.stringify(scene.body()), "file_id", "which only answers have")
      yield* scene.generate(model, { messages: messages({ ...origin, provider: "someone-else" }) })
      assert.notInclude(JSON.stringify(scene.body()), "citations")
    }),
  ),
)

const search = [
  {
    type: "server_tool_use",
    id: "srvtoolu_1",
    name: "web_search",
    input: { query: "moon  cheese" },
    caller: { type: "direct" },
  },
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [{ type: "web_search_result", url: "https://x.test", title: "X", encrypted_content: "ENC" }],
  },
]

it.live("server tools are sent as they are, and their blocks come back whole and go back whole", () =>
  asking((scene) =>
    Effect.gen(function* () {
      const tools: ReadonlyArray<Tool> = [
        { type: "provider", id: "anthropic.web_search_20250305", args: { max_uses: 3 } },
        { type: "provider", id: "anthropic.text_editor_20250728" },
        { type: "provider", id: "openai.web_search" },
      ]
      scene.upstream.always({ blocks: search, text: "Cheese.", stopReason: "pause_turn" })
      for (const way of ["generate", "stream"] as const) {
        const { content, finish, warnings, provider, model: by } = yield* scene[way](model, { prompt: "Hi", tools })
        assert.deepStrictEqual(scene.body()["tools"], [
          { type: "web_search_20250305", name: "web_search", max_uses: 3 },
          { type: "text_editor_20250728", name: "str_replace_based_edit_tool" },
        ])
        assert.deepStrictEqual(
          warnings.map(({ setting }) => setting),
          ["tools"],
        )
        assert.deepStrictEqual(finish, { unified: "pause", raw: "pause_turn" })
        assert.deepStrictEqual(
          content.map((part) => (part.type === "custom" ? part.kind : part.type)),
          ["anthropic.server_tool_use", "anthropic.web_search_tool_result", "text"],
        )
        // A paused turn goes on when the answer is sent back as it is.
        const assistant: MessageInput = { role: "assistant", content, origin: { provider, model: by } }
        yield* scene.generate("claude-opus-5-5", { messages: [{ role: "user", content: "Hi" }, assistant] })
        const last = { role: "assistant", content: [...search, { type: "text", text: "Cheese." }] }
        assert.deepStrictEqual(scene.body()["messages"], [
          { role: "user", content: [{ type: "text", text: "Hi" }] },
          last,
        ])
      }
    }),
  ),
)
