import { assert, describe, it } from "@effect/vitest"
import type { FilePart, MessageInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { asking } from "./asking.ts"

const model = "claude-sonnet-4-6"

/** The content blocks of every message that these are sent as. */
const blocks = (messages: ReadonlyArray<MessageInput>) =>
  asking((scene) =>
    Effect.map(scene.generate(model, { messages }), () => {
      const sent = scene.body()["messages"]
      return Array.isArray(sent) ? sent.map((each: Readonly<Record<string, unknown>>) => each["content"]) : []
    }),
  )

describe("files", () => {
  const at = (mediaType: string, url: string): FilePart => ({ type: "file", mediaType, source: { type: "url", url } })
  const base64 = (media_type: string, data: string) => ({ type: "base64", media_type, data })
  const cases: ReadonlyArray<readonly [what: string, file: FilePart, type: string, source: object]> = [
    ["an image in a data URL", at("image/png", "data:image/png;base64,AAAA"), "image", base64("image/png", "AAAA")],
    [
      "a PDF in one",
      at("application/pdf", "data:application/pdf;base64,AAA%3D"),
      "document",
      base64("application/pdf", "AAA="),
    ],
    [
      "bytes in one that is not base64",
      at("image/gif", "data:image/gif,GIF%ff"),
      "image",
      base64("image/gif", "R0lG/w=="),
    ],
    [
      "text in one",
      at("text/plain", "data:,h%C3%A9, ho"),
      "document",
      { type: "text", media_type: "text/plain", data: "hé, ho" },
    ],
    [
      "a type that the URL says better",
      at("image/*", "data:IMAGE/JPG;x=1;base64,AAAA"),
      "image",
      base64("image/jpeg", "AAAA"),
    ],
    [
      "image/jpg, and capitals",
      { type: "file", mediaType: "Image/JPG", source: { type: "base64", base64: "AAAA" } },
      "image",
      base64("image/jpeg", "AAAA"),
    ],
    [
      "a PDF's URL, with a parameter",
      at("application/PDF; v=1", "https://x.test/a"),
      "document",
      { type: "url", url: "https://x.test/a" },
    ],
  ]
  for (const [what, file, type, source] of cases) {
    it.live(`${what} is sent`, () =>
      Effect.map(blocks([{ role: "user", content: [file] }]), (sent) =>
        assert.deepStrictEqual(sent, [[{ type, source }]]),
      ),
    )
  }

  for (const url of ["file:///etc/passwd", "FTP://x.test/a.png", "/images/a.png"]) {
    it.live(`${url} is refused before anything is sent`, () =>
      asking((scene) =>
        Effect.gen(function* () {
          for (const mediaType of ["image/png", "application/pdf"]) {
            const messages: ReadonlyArray<MessageInput> = [{ role: "user", content: [at(mediaType, url)] }]
            const { reason } = yield* Effect.flip(scene.generate(model, { messages }))
            assert.strictEqual(reason._tag, "Unsupported")
            assert.include(reason.message, "http and https URLs only")
          }
          assert.deepStrictEqual(scene.upstream.requests, [])
        }),
      ),
    )
  }
})

describe("ids of tool calls", () => {
  const call = (id: string, name = "look") => ({ type: "tool-call", id, name, inputText: "{}" }) as const
  const result = (id: string, value: string, name = "look") =>
    ({ type: "tool-result", id, name, output: { type: "text", value } }) as const
  const turn = (calls: ReadonlyArray<ReturnType<typeof call>>, results: ReadonlyArray<ReturnType<typeof result>>) =>
    [
      { role: "user", content: "Go" },
      { role: "assistant", content: calls },
      { role: "tool", content: results },
    ] as const satisfies ReadonlyArray<MessageInput>
  const asked = (id: string, name = "look") => ({ type: "tool_use", id, name, input: {} })
  const told = (tool_use_id: string, content: string) => ({ type: "tool_result", tool_use_id, content })

  it.live("that are spelled alike once spelled anew stay apart; good ones are as they were", () =>
    Effect.gen(function* () {
      const ids = ["c.1", "c_1", "c/1", "c_1_2"]
      const [, calls, results] = yield* blocks(
        turn(
          ids.map((id) => call(id)),
          ids.map((id) => result(id, id)),
        ),
      )
      const sent = ["c_1_3", "c_1", "c_1_4", "c_1_2"]
      assert.deepStrictEqual(
        calls,
        sent.map((id) => asked(id)),
      )
      assert.deepStrictEqual(
        results,
        sent.map((id, index) => told(id, ids[index] ?? "")),
      )
    }),
  )

  it.live("that are missing are made, the same in every later request, and results find their calls", () =>
    Effect.gen(function* () {
      const first = turn(
        [call("", "look"), call("", "find"), call("call_1")],
        [result("", "found", "find"), result("", "looked", "look"), result("call_1", "good")],
      )
      const one = yield* blocks(first)
      assert.deepStrictEqual(one.slice(1), [
        [asked("call_1_2"), asked("call_2", "find"), asked("call_1")],
        [told("call_2", "found"), told("call_1_2", "looked"), told("call_1", "good")],
      ])
      const answer = { role: "assistant", content: "Done" } as const
      const two = yield* blocks([...first, answer, ...turn([call("")], [result("", "again")])])
      assert.deepStrictEqual(two.slice(0, 3), one)
      assert.deepStrictEqual(two.slice(-2), [[asked("call_3")], [told("call_3", "again")]])
    }),
  )
})

it.live("a block that only this API knows goes back to the provider that gave it, and to no other", () =>
  Effect.gen(function* () {
    const block = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "moon" } }
    const kept = { type: "custom", kind: "anthropic.server_tool_use", providerData: { anthropic: { block } } } as const
    const said = { type: "text", text: "Cheese." } as const
    for (const [provider, sent] of [
      ["anthropic", [block, said]],
      ["someone-else", [said]],
    ] as const) {
      const origin = { provider, model }
      const [, blocksSent] = yield* blocks([
        { role: "user", content: "Hi" },
        { role: "assistant", content: [kept, said], origin },
        { role: "user", content: "Go on" },
      ])
      assert.deepStrictEqual(blocksSent, sent)
    }
  }),
)
