import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { assert, it } from "@effect/vitest"
import { foldCall, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { aiSdk } from "../src/index.ts"
import { kernelOf } from "./stacks.ts"

type Version = "v2" | "v3" | "v4"
const versions: ReadonlyArray<Version> = ["v2", "v3", "v4"]

const streamOf = (parts: ReadonlyArray<unknown>): ReadableStream<unknown> =>
  new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

/** A model that pays no heed to the types of its specification. */
const broken = (version: Version, result: unknown, parts: ReadonlyArray<unknown> = []): LanguageModelV4 => {
  const model: unknown = {
    specificationVersion: version,
    provider: "v.chat",
    modelId: "m",
    supportedUrls: {},
    doGenerate: async () => result,
    doStream: async () => ({ stream: streamOf(parts) }),
  }
  return model as LanguageModelV4 // and it says otherwise
}

const hi = { model: "x/m", prompt: "Hi" }

const stackOf = (model: LanguageModelV4) => kernelOf([aiSdk({ id: "x", models: { m: model } })])

const ended = (version: Version) => ({
  finishReason: version === "v2" ? "stop" : { unified: "stop", raw: "stop" },
  usage:
    version === "v2"
      ? { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
      : { inputTokens: { total: 1 }, outputTokens: { total: 2 } },
})

const text = { type: "text", text: "ok" } as const

const written = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "ok" },
  { type: "text-end", id: "0" },
] satisfies ReadonlyArray<LanguageModelV4StreamPart>

const withoutField = (given: object, field: string): object =>
  Object.fromEntries(Object.entries(given).filter(([key]) => key !== field))

/** What cut an answer, where it was cut. */
const cause = ({ reason }: LlmError) => (reason._tag === "Truncated" ? reason.because : reason)

for (const version of versions) {
  it.effect(`${version}: an answer without content, usage or finish reason is InvalidResponse that says which`, () =>
    Effect.gen(function* () {
      const good = { content: [text], warnings: [], ...ended(version) }
      for (const field of ["content", "usage", "finishReason"]) {
        const kernel = yield* stackOf(broken(version, withoutField(good, field)))
        const { reason } = yield* Effect.flip(kernel.generate(hi))
        assert.strictEqual(reason._tag, "InvalidResponse", reason.message)
        assert.include(reason.message, `the answer has no ${field}`)
      }
      const { reason } = yield* Effect.flip((yield* stackOf(broken(version, undefined))).generate(hi))
      assert.include(reason.message, "the answer has no content and no finishReason and no usage")
    }),
  )

  it.effect(`${version}: so it is of a stream, after what came`, () =>
    Effect.gen(function* () {
      for (const field of ["usage", "finishReason"]) {
        const finish = withoutField({ type: "finish", ...ended(version) }, field)
        const kernel = yield* stackOf(broken(version, undefined, [...written, finish]))
        const error = yield* Effect.flip(Stream.runDrain(kernel.stream(hi)))
        assert.deepInclude(error.reason._tag === "Truncated" ? error.reason.partial : {}, { content: [text] })
        assert.strictEqual(cause(error)?._tag, "InvalidResponse", error.message)
        assert.include(cause(error)?.message, `the stream's part "finish" has no ${field}`)
      }
    }),
  )

  it.effect(`${version}: what is no part is passed by, and warnings may be missing`, () =>
    Effect.gen(function* () {
      const finish = { type: "finish", ...ended(version) }
      const parts = [null, { type: "stream-start" }, null, ...written.slice(1), null, undefined, finish]
      const kernel = yield* stackOf(broken(version, { content: [null, text], ...ended(version) }, parts))
      const whole = yield* kernel.generate(hi)
      const folded = foldCall(yield* Stream.runCollect(kernel.stream(hi)))
      for (const { content, finish: told, usage } of [whole, folded]) {
        assert.deepStrictEqual(content, [text])
        assert.strictEqual(told.unified, "stop")
        assert.strictEqual(usage.output.total, 2)
      }
    }),
  )

  it.effect(`${version}: a call whose input was parsed has it as JSON text`, () =>
    Effect.gen(function* () {
      const call = { type: "tool-call", toolCallId: "c", toolName: "t", input: { city: "Rome", days: [1, 2] } }
      const parts = [written[0], call, { type: "finish", ...ended(version) }]
      const kernel = yield* stackOf(broken(version, { content: [call], warnings: [], ...ended(version) }, parts))
      const wanted = { type: "tool-call", id: "c", name: "t", inputText: '{"city":"Rome","days":[1,2]}' } as const
      const request = { ...hi, tools: [{ type: "function", name: "t", inputSchema: {} }] } as const
      assert.deepStrictEqual((yield* kernel.generate(request)).content, [wanted])
      assert.deepStrictEqual(foldCall(yield* Stream.runCollect(kernel.stream(request))).content, [wanted])
    }),
  )

  it.effect(`${version}: a delta without text is an empty one; of another type it is InvalidResponse`, () =>
    Effect.gen(function* () {
      const finish = { type: "finish", ...ended(version) }
      const call = { type: "tool-call", toolCallId: "c", toolName: "t", input: "{}" }
      const kernel = yield* stackOf(
        broken(version, { content: [{ type: "text" }, text], warnings: [], ...ended(version) }, [
          ...written.slice(0, 2),
          { type: "text-delta", id: "0" },
          ...written.slice(2),
          { type: "tool-input-start", id: "c", toolName: "t" },
          { type: "tool-input-delta", id: "c", delta: null },
          { type: "tool-input-end", id: "c" },
          call,
          finish,
        ]),
      )
      assert.deepStrictEqual((yield* kernel.generate(hi)).content, [text])
      const { content } = foldCall(yield* Stream.runCollect(kernel.stream(hi)))
      assert.deepStrictEqual(content, [text, { type: "tool-call", id: "c", name: "t", inputText: "{}" }])

      const wrong = [...written.slice(0, 3), { type: "text-delta", id: "0", delta: 3 }, finish]
      const error = yield* Effect.flip(Stream.runDrain((yield* stackOf(broken(version, undefined, wrong))).stream(hi)))
      assert.deepInclude(error.reason._tag === "Truncated" ? error.reason.partial : {}, { content: [text] })
      assert.strictEqual(cause(error)?._tag, "InvalidResponse")
    }),
  )
}

it.effect(
  "a finish reason in an older specification's words is InvalidResponse, and so is an answer without a stream",
  () =>
    Effect.gen(function* () {
      const older = { content: [text], warnings: [], ...ended("v4"), finishReason: "stop" }
      for (const version of ["v3", "v4"] as const) {
        const model = { ...broken(version, older), doStream: async () => ({}) as never }
        const kernel = yield* stackOf(model)
        const whole = yield* Effect.flip(kernel.generate(hi))
        assert.strictEqual(whole.reason._tag, "InvalidResponse", whole.message)
        assert.include(whole.message, "finishReason")
        const { reason } = yield* Effect.flip(Stream.runDrain(kernel.stream(hi)))
        assert.strictEqual(reason._tag, "InvalidResponse", reason.message)
        assert.include(reason.message, "the answer has no stream")
      }
    }),
)
