import { assert, describe, it } from "@effect/vitest"
import type { Message, Part } from "@switchyard/core"
import * as Schema from "effect/Schema"
import { marked, restored } from "../src/internal/history.ts"
import { lastWords } from "../src/internal/lastWords.ts"
import { Lines } from "../src/internal/Lines.ts"
import { readTools } from "../src/internal/readTools.ts"
import { placeOf, redact, specOf } from "../src/internal/ServerSpec.ts"
import { namesFor } from "../src/internal/toolNames.ts"
import { outputOf } from "../src/internal/toolOutput.ts"

const seeded = { arbitrary: { seed: "tools-mcp", runs: 300 } }

describe("lines", () => {
  const Cuts = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))
  const Texts = Schema.Array(Schema.String)

  it.prop(
    "come out whole, wherever the bytes are cut",
    [Texts, Cuts],
    ([texts, cuts]) => {
      const given = texts.map((text) => text.replace(/[\r\n]/g, "ü"))
      const bytes = Buffer.from(given.map((line, index) => line + (index % 2 === 0 ? "\n" : "\r\n")).join(""))
      const lines = new Lines(1_000_000)
      const out: Array<string> = []
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const size = cuts.length === 0 ? bytes.length : (cuts[n % cuts.length] ?? 1)
        out.push(...(lines.push(bytes.subarray(at, at + size)) ?? ["too long"]))
        at += size
      }
      assert.deepStrictEqual(
        out,
        given.map((line) => Buffer.from(line).toString("utf8")),
      )
    },
    seeded,
  )

  it("one that is too long is refused, and what follows too", () => {
    const lines = new Lines(4)
    assert.deepStrictEqual(lines.push(Buffer.from("abcd\nab")), ["abcd"])
    assert.isUndefined(lines.push(Buffer.from("cde")))
    assert.isUndefined(lines.push(Buffer.from("x\n")))
  })
})

describe("names", () => {
  const Name = Schema.Literals(["read", "read.file", "read_file", "a__read", "ü", "", "x".repeat(80), "x".repeat(81)])
  const Tools = Schema.Array(Schema.Struct({ server: Schema.Literals(["a", "b", "a b", "s".repeat(70)]), tool: Name }))

  it.prop(
    "are valid, none twice, none taken, and the same every time",
    [Tools, Schema.Array(Name)],
    ([tools, used]) => {
      const taken = new Set(used)
      const names = namesFor(tools, taken)
      assert.strictEqual(new Set(names).size, tools.length)
      for (const name of names) {
        assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/)
        assert.isFalse(taken.has(name))
      }
      assert.deepStrictEqual(namesFor(tools, taken), names)
    },
    seeded,
  )

  it("are the server's own where nothing is against it", () => {
    const tools = [
      { server: "a", tool: "read" },
      { server: "b", tool: "read" },
      { server: "b", tool: "write.all" },
      { server: "b", tool: "own" },
    ]
    assert.deepStrictEqual(namesFor(tools, new Set(["own"])), ["a__read", "b__read", "write_all", "b__own"])
  })
})

describe("results", () => {
  const caps = { maxResultChars: 60, maxResultBytes: 10 }

  it.prop(
    "whatever a server sends is an output that holds to the caps",
    [Schema.Json],
    ([value]) => {
      for (const result of [value, { content: value }, { content: [value] }, { structuredContent: value }]) {
        const output = outputOf(result, caps)
        assert.include(["text", "json", "content", "error-text"], output.type)
        if (output.type === "json") assert.isAtMost(JSON.stringify(output.value).length, caps.maxResultChars)
      }
    },
    seeded,
  )

  const text = (value: string) => ({ type: "text", text: value })
  const table: ReadonlyArray<readonly [what: string, result: unknown, output: unknown]> = [
    ["texts", { content: [text("a"), text("b")] }, { type: "text", value: "a\nb" }],
    ["nothing", { content: [] }, { type: "text", value: "(the tool gave an empty result)" }],
    ["structured content alone", { content: [], structuredContent: { a: 1 } }, { type: "json", value: { a: 1 } }],
    [
      "structured content beside text",
      { content: [text("a")], structuredContent: { a: 1 } },
      { type: "text", value: "a" },
    ],
    ["the result of old servers", { toolResult: 5 }, { type: "json", value: 5 }],
    ["an error", { content: [text("no")], isError: true }, { type: "error-text", value: "no" }],
    ["an error without words", { isError: true }, { type: "error-text", value: "The tool failed without a message" }],
    ["no result", null, { type: "error-text", value: "The tool gave no result" }],
    [
      "a long text and one after it",
      { content: [text("x".repeat(70)), text("abc")] },
      {
        type: "text",
        value: `${"x".repeat(60)}\n[cut: 60 of 70 characters are shown]\n[3 more characters were left out]`,
      },
    ],
    [
      "half a character at the cut",
      { content: [text(`${"x".repeat(59)}😀`)] },
      { type: "text", value: `${"x".repeat(59)}\n[cut: 59 of 61 characters are shown]` },
    ],
    [
      "an image",
      { content: [{ type: "image", data: "AAAA", mimeType: "image/png" }] },
      {
        type: "content",
        value: [{ type: "file", mediaType: "image/png", source: { type: "base64", base64: "AAAA" } }],
      },
    ],
    [
      "too large an image",
      { content: [{ type: "audio", data: "A".repeat(16), mimeType: "audio/wav" }] },
      { type: "text", value: "[audio/wav of 12 bytes was left out: more than 10 bytes are not passed on]" },
    ],
    [
      "an image that is none",
      { content: [{ type: "image", data: "not base64!", mimeType: "image/png" }] },
      { type: "text", value: "[image/png was left out: the server sent no valid base64]" },
    ],
    [
      "an embedded text",
      { content: [{ type: "resource", resource: { uri: "file:///a", text: "hi" } }] },
      { type: "text", value: "[resource file:///a]\nhi" },
    ],
    [
      "an embedded file",
      {
        content: [
          { type: "resource", resource: { uri: "file:///d/a.pdf", blob: "AAAA", mimeType: "application/pdf" } },
        ],
      },
      {
        type: "content",
        value: [
          {
            type: "file",
            mediaType: "application/pdf",
            source: { type: "base64", base64: "AAAA" },
            filename: "a.pdf",
          },
        ],
      },
    ],
    [
      "a link",
      { content: [{ type: "resource_link", uri: "x:1", name: "n" }] },
      { type: "text", value: "[resource x:1: n]" },
    ],
    [
      "a kind that nobody knows",
      { content: [{ type: "video" }] },
      { type: "text", value: '[content of the type "video" was left out]' },
    ],
  ]
  it.each(table.map(([what, result, output]) => ({ what, result, output })))("$what", ({ result, output }) => {
    assert.deepStrictEqual<unknown>(outputOf(result, caps), output)
  })
})

describe("lists of tools", () => {
  it("what is no tool is passed over", () => {
    const { tools, nextCursor } = readTools({
      tools: [
        5,
        { name: "" },
        { name: "list", inputSchema: { type: "array" } },
        { name: "bare" },
        { name: "titled", title: "A title", inputSchema: { $schema: "x", type: "object", required: [] } },
        { name: "long", description: "d".repeat(2_000), inputSchema: {} },
      ],
      nextCursor: "2",
    })
    const empty = { type: "object", properties: {} }
    assert.deepStrictEqual(tools.slice(0, 2), [
      { name: "bare", description: undefined, inputSchema: empty },
      { name: "titled", description: "A title", inputSchema: { ...empty, required: [] } },
    ])
    assert.strictEqual(tools[2]?.description?.length, 1_024)
    assert.strictEqual(nextCursor, "2")
  })

  it.prop(
    "anything can be read",
    [Schema.Json],
    ([value]) => {
      for (const result of [value, { tools: value }, { tools: [value] }]) assert.isArray(readTools(result).tools)
    },
    seeded,
  )
})

describe("secrets", () => {
  it("of the environment, headers, arguments and URLs are known", () => {
    const stdio = specOf("s", {
      command: "run",
      args: ["--api-key", "argument-1", "--token=argument-2", "plain"],
      env: { A: "value-3" },
    })
    const http = specOf("h", {
      url: "https://ann:pa%20ss@h.org/p?k=query-4",
      headers: { authorization: "Bearer header-5" },
    })
    const said = "argument-1 argument-2 plain value-3 | pa ss pa%20ss query-4 header-5"
    assert.strictEqual(
      redact(said, [...stdio.secrets, ...http.secrets]),
      "[redacted] [redacted] plain [redacted] | [redacted] [redacted] [redacted] [redacted]",
    )
    assert.strictEqual(placeOf(http), "https://h.org/p")
  })
})

describe("last words", () => {
  it("are those that say something", () => {
    const stderr = "a\nb\nError: c\n    at x (y.js:1:1)\n    at z\n\nNode.js v24.1.0\n"
    assert.strictEqual(lastWords(stderr), "a | b | Error: c")
    assert.strictEqual(lastWords(""), "")
    assert.isAtMost(lastWords("x".repeat(5_000)).length, 400)
  })
})

describe("a conversation with finished calls", () => {
  const Step = Schema.Struct({
    text: Schema.Boolean,
    calls: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 })),
  })
  const ownerOf = () => ({ server: "s", tool: "t" })
  const call = (id: string): Part => ({ type: "tool-call", id, name: "t", inputText: "{}" })
  const result = (id: string) => ({
    type: "tool-result" as const,
    id,
    name: "t",
    output: { type: "text" as const, value: id },
  })

  it.prop(
    "is put back as it was made: restored is the inverse of marked",
    [Schema.Array(Step)],
    ([steps]) => {
      const expected: Array<Message> = []
      const content: Array<Part> = []
      for (const [index, step] of steps.entries()) {
        const ids = Array.from({ length: step.calls }, (_, n) => `${index}-${n}`)
        const said: Array<Part> = [...(step.text ? [{ type: "text" as const, text: "so" }] : []), ...ids.map(call)]
        const results = ids.map(result)
        expected.push({ role: "assistant", content: said }, { role: "tool", content: results })
        content.push(...[...said, ...results].map((part): Part => marked(part, ownerOf)))
      }
      const answer: Array<Part> = [{ type: "text", text: "end" }]
      expected.push({ role: "assistant", content: answer })
      assert.deepStrictEqual(restored([{ role: "assistant", content: [...content, ...answer] }]), expected)
      assert.strictEqual(restored(expected), expected)
    },
    seeded,
  )

  it("a call that was cut off before its result is left out, and what a provider did itself stays", () => {
    const own: Part = { type: "tool-call", id: "p", name: "web", inputText: "{}", providerExecuted: true }
    const cut = marked(call("1"), ownerOf)
    const done = [call("2"), result("2")].map((part): Part => marked(part, ownerOf))
    assert.deepStrictEqual(restored([{ role: "assistant", content: [own, ...done, cut] }]), [
      { role: "assistant", content: [own, call("2")] },
      { role: "tool", content: [result("2")] },
    ])
  })
})
