import { assert, describe, it } from "@effect/vitest"
import type { FilePart, LlmRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { about, ask, cited, passage, request, text } from "./ask.ts"

const facts = "The library opens at nine. The librarian is called Orla Finch. The cellar holds old maps."

const failure = (asked: LlmRequest) => Effect.map(Effect.flip(ask(asked)), ({ reason }) => reason)

it.effect("whoever wrote a system message may say whether it is context", () =>
  Effect.gen(function* () {
    const asked = (content: string, context: boolean) =>
      request({
        messages: [
          { role: "system", content, providerData: { extractive: { context } } },
          { role: "user", content: "Who is the librarian?" },
        ],
      })
    assert.include(text(yield* ask(asked("The librarian is called Orla Finch.", true))), "Orla Finch")
    assert.strictEqual((yield* failure(asked(facts.repeat(3), false)))._tag, "Unsupported")
  }),
)

describe("without an answer", () => {
  it.effect("no context is Unsupported: nothing to extract from", () =>
    Effect.gen(function* () {
      for (const asked of [
        request({ prompt: "What is the capital of France?" }),
        request({ system: "Answer briefly.", prompt: "What is the capital of France?" }),
        about("What is it?", passage(" \n ")),
        request({ messages: [{ role: "user", content: "And before?" }], prompt: "What is the capital of France?" }),
      ]) {
        const reason = yield* failure(asked)
        assert.strictEqual(reason._tag, "Unsupported")
        if (reason._tag === "Unsupported") assert.strictEqual(reason.feature, "answering without context")
        assert.match(reason.message, /^nothing to extract from: attach documents/)
      }
    }),
  )

  it.effect("context that does not bear on the question is EmptyResponse", () =>
    Effect.gen(function* () {
      const reason = yield* failure(about("How far away is the moon?", passage(facts)))
      assert.strictEqual(reason._tag, "EmptyResponse")
      assert.include(reason.message, "bears on the question")
    }),
  )

  it.effect("no question is InvalidRequest", () =>
    Effect.gen(function* () {
      for (const asked of [
        request({ messages: [{ role: "user", content: [passage(facts)] }] }),
        about("???", passage(facts)),
        request({ system: facts.repeat(3) }),
      ]) {
        const reason = yield* failure(asked)
        assert.strictEqual(reason._tag, "InvalidRequest")
        if (reason._tag === "InvalidRequest") assert.strictEqual(reason.field, "messages")
      }
    }),
  )

  it.effect("JSON output is Unsupported", () =>
    Effect.gen(function* () {
      const reason = yield* failure({ ...about("Who is the librarian?", passage(facts)), output: { type: "json" } })
      assert.strictEqual(reason._tag, "Unsupported")
      if (reason._tag === "Unsupported") assert.strictEqual(reason.feature, "JSON output")
    }),
  )
})

describe("the context", () => {
  const question = "Who is the librarian?"

  it.effect("may stand in any message", () =>
    Effect.gen(function* () {
      const long = `Use these house rules and notes when you answer the visitors. ${facts}`
      const requests: ReadonlyArray<readonly [title: string, asked: LlmRequest]> = [
        ["notes.md", about(question, passage(facts, "notes.md"))],
        ["user", request({ prompt: `${facts}\n\n${question}` })],
        ["user", request({ prompt: `${question}\n\n${facts}` })],
        ["system", request({ system: long, prompt: question })],
        ["user", request({ messages: [{ role: "user", content: facts }], prompt: question })],
        ["assistant", request({ messages: [{ role: "assistant", content: facts }], prompt: question })],
        [
          "lookup",
          request({
            messages: [
              { role: "user", content: question },
              { role: "assistant", content: [{ type: "tool-call", id: "1", name: "lookup", inputText: "{}" }] },
              {
                role: "tool",
                content: [{ type: "tool-result", id: "1", name: "lookup", output: { type: "text", value: facts } }],
              },
            ],
          }),
        ],
      ]
      for (const [title, asked] of requests) {
        const response = yield* ask(asked)
        assert.include(text(response), "Orla Finch")
        assert.deepStrictEqual(cited(response)[0]?.title, title)
      }
    }),
  )

  it.effect("may be bytes or base64 of text, well formed or not", () =>
    Effect.gen(function* () {
      const bytes = new TextEncoder().encode(`\ufeff${facts}`)
      const broken = Uint8Array.from([0xff, ...bytes, 0xc3])
      const wide = Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Buffer.from(facts, "utf16le"))])
      const files: ReadonlyArray<FilePart["source"]> = [
        { type: "bytes", bytes },
        { type: "bytes", bytes: broken },
        { type: "bytes", bytes: wide },
        { type: "base64", base64: Buffer.from(bytes).toString("base64") },
      ]
      for (const source of files) {
        const response = yield* ask(about(question, { type: "file", mediaType: "text/plain; charset=utf-8", source }))
        assert.include(text(response), "Orla Finch")
      }
    }),
  )

  it.effect("may be JSON: records are quoted whole", () =>
    Effect.gen(function* () {
      const rows = [
        { city: "Berlin", people: 3_700_000 },
        { city: "Oslo", people: 700_000 },
      ]
      const file = passage(JSON.stringify(rows), "cities.json", "application/json")
      const response = yield* ask(about("How many people live in Oslo?", file), { maxSentences: 1 })
      assert.include(text(response), `"people":700000`)
      assert.notInclude(text(response), "Berlin")
    }),
  )

  it.effect("does not hold earlier questions", () =>
    Effect.gen(function* () {
      const messages = [
        { role: "user", content: "Who is the librarian of the town?" },
        { role: "assistant", content: facts },
      ] as const
      const response = yield* ask(request({ messages, prompt: question }))
      assert.notInclude(text(response), "?")
    }),
  )
})

describe("warnings", () => {
  it.effect("name every field that does nothing", () =>
    Effect.gen(function* () {
      const response = yield* ask({
        ...about("Who is the librarian?", passage(facts)),
        tools: [{ type: "function", name: "look", inputSchema: {} }],
        toolChoice: "required",
        temperature: 0.2,
        topP: 0.9,
        topK: 5,
        presencePenalty: 1,
        frequencyPenalty: 1,
        seed: 7,
        stop: ["\n"],
        reasoningEffort: "high",
        headers: { a: "b" },
        providerData: { extractive: { a: 1 } },
      })
      const settings = response.warnings.flatMap(({ type, setting }) => (type === "unsupported" ? [setting] : []))
      assert.deepStrictEqual(settings, [
        "tools",
        "toolChoice",
        "temperature",
        "topP",
        "topK",
        "presencePenalty",
        "frequencyPenalty",
        "seed",
        "stop",
        "reasoningEffort",
        "headers",
        "providerData",
      ])
    }),
  )

  it.effect("name every file that cannot be read", () =>
    Effect.gen(function* () {
      const files: ReadonlyArray<FilePart> = [
        {
          type: "file",
          mediaType: "image/png",
          filename: "map.png",
          source: { type: "bytes", bytes: new Uint8Array(4) },
        },
        { type: "file", mediaType: "text/html", source: { type: "url", url: "https://example.org" } },
        { type: "file", mediaType: "application/pdf", source: { type: "ref", ref: "file-1" } },
      ]
      const response = yield* ask(about("Who is the librarian?", passage(facts), ...files))
      const messages = response.warnings.filter(({ type }) => type === "unsupported").map(({ message }) => message)
      assert.strictEqual(messages.length, 3)
      assert.include(messages[0], `"map.png"`)
    }),
  )
})
