import { assert, it } from "@effect/vitest"
import { type KernelShape, LlmError } from "@switchyard/core"
import { APICallError } from "@ai-sdk/provider"
import {
  createUIMessageStream,
  createUIMessageStreamResponse,
  embedMany,
  generateObject,
  generateText,
  isStepCount,
  type LanguageModel,
  Output,
  streamText,
  tool,
} from "ai"
import type { Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { z } from "zod"
import { embeddingModel, languageModel, type Stack, switchyardProvider } from "../src/index.ts"
import { downAndUp, facade, kernelOf, nowhere, upstreamOf, vendor } from "./stacks.ts"

/** What a promise rejects with; `undefined` when it does not. */
const thrownBy = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  )

/** Aborts a call when its answer has begun; how the call ended. */
const aborted = async (model: LanguageModel, upstream: Upstream, streamed: boolean): Promise<string> => {
  const controller = new AbortController()
  const call = { model, prompt: "Hi", abortSignal: controller.signal }
  if (streamed) {
    for await (const part of streamText(call).fullStream) {
      if (part.type === "text-delta") controller.abort()
      if (part.type === "abort") return "abort"
    }
    return "end"
  }
  const error = thrownBy(generateText(call))
  await upstream.waitForRequest(0)
  controller.abort()
  const thrown = await error
  return thrown instanceof Error ? thrown.name : String(thrown)
}

const asked = { prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }] }

/** Reads a stream as far as its first part of a type, and then aborts its call. */
const abortedAfter = async (model: ReturnType<typeof languageModel>, type: string, reason: Error) => {
  const controller = new AbortController()
  const reader = (await model.doStream({ ...asked, abortSignal: controller.signal })).stream.getReader()
  for (let next = await reader.read(); next.value?.type !== type; next = await reader.read()) {
    if (next.done) throw new Error(`no part ${type} came`)
  }
  controller.abort(reason)
  return reader
}

/** What a stream still gives. */
const restOf = async <P>(reader: ReadableStreamDefaultReader<P>): Promise<ReadonlyArray<P>> => {
  const rest: Array<P> = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value)
  return rest
}

/** Begins a stream and does not read it to its end. */
const left = async (model: ReturnType<typeof languageModel>, way: "abort" | "cancel"): Promise<void> => {
  const controller = new AbortController()
  const { stream } = await model.doStream({ ...asked, abortSignal: controller.signal })
  if (way === "abort") controller.abort()
  else await stream.cancel()
}

const shapes: ReadonlyArray<readonly [string, (kernel: KernelShape) => Stack]> = [
  ["a kernel", (kernel) => kernel],
  ["a stack of promises", facade],
]

for (const [shape, stackOf] of shapes) {
  it.live(`${shape}: streamText runs though the first provider is down`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({ id: "answer-1", text: "One two three.", usage: { input: 7, output: 3 } })
      const result = streamText({ model: languageModel(stackOf(kernel), "chat"), prompt: "Hi", maxRetries: 0 })
      const pieces: Array<string> = []
      yield* Effect.promise(async () => {
        for await (const piece of result.textStream) pieces.push(piece)
      })
      assert.strictEqual(pieces.join(""), "One two three.")
      assert.isAbove(pieces.length, 1, "it flows")
      const metadata = yield* Effect.promise(() => Promise.resolve(result.providerMetadata))
      const usage = yield* Effect.promise(() => Promise.resolve(result.usage))
      const notes = metadata?.["switchyard"]
      assert.strictEqual(notes?.["provider"], "up")
      assert.match(
        JSON.stringify(notes?.["route"]),
        /ECONNREFUSED|refused|Network/,
        "the route tells of the one that is down",
      )
      assert.deepStrictEqual([usage.inputTokens, usage.outputTokens], [7, 3])
      assert.strictEqual(upstream.requests.length, 1)
    }),
  )

  it.live(`${shape}: generateText, generateObject and Output.object`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      const model = languageModel(stackOf(kernel), "chat")
      upstream.always({ text: "Hello." })
      const said = yield* Effect.promise(() => generateText({ model, prompt: "Hi", temperature: 0.5 }))
      assert.strictEqual(said.text, "Hello.")
      assert.strictEqual(upstream.requests[0]?.body["temperature"], 0.5)
      upstream.always({ text: '{"city":"Lima"}' })
      const schema = z.object({ city: z.string() })
      const object = yield* Effect.promise(() => generateObject({ model, schema, prompt: "Where?" }))
      assert.deepStrictEqual(object.object, { city: "Lima" })
      const { output } = yield* Effect.promise(() =>
        generateText({ model, output: Output.object({ schema }), prompt: "Where?" }),
      )
      assert.deepStrictEqual(output, { city: "Lima" })
      assert.include(upstream.requests[2]?.rawBody ?? "", "json_schema")
    }),
  )

  it.live(`${shape}: the AI SDK's own tool loop runs, and input keeps its exact text`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.reply(
        { toolCalls: [{ id: "c1", name: "weather", arguments: '{"city":  "Lima"}' }] },
        { text: "It is 19 degrees." },
      )
      const asked: Array<string> = []
      const weather = tool({
        description: "Forecast",
        inputSchema: z.object({ city: z.string() }),
        execute: ({ city }) => {
          asked.push(city)
          return { celsius: 19 }
        },
      })
      const result = yield* Effect.promise(() =>
        generateText({
          model: languageModel(stackOf(kernel), "chat"),
          prompt: "Weather in Lima?",
          tools: { weather },
          stopWhen: isStepCount(3),
        }),
      )
      assert.deepStrictEqual(asked, ["Lima"])
      assert.strictEqual(result.text, "It is 19 degrees.")
      assert.strictEqual(result.steps.length, 2)
      assert.match(upstream.requests[1]?.rawBody ?? "", /"tool_call_id":"c1","content":"\{\\"celsius\\":19\}"/)
    }),
  )

  it.live(`${shape}: useChat gets its UI message stream`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({ reasoning: "Think.", text: "Hello there." })
      const result = streamText({ model: languageModel(stackOf(kernel), "chat"), prompt: "Hi" })
      const stream = createUIMessageStream({ execute: ({ writer }) => writer.merge(result.toUIMessageStream()) })
      const body = yield* Effect.promise(() => createUIMessageStreamResponse({ stream }).text())
      const types = [...body.matchAll(/"type":"([a-z-]+)"/g)].map(([, type]) => type)
      for (const type of [
        "start",
        "reasoning-start",
        "reasoning-delta",
        "reasoning-end",
        "text-start",
        "text-delta",
        "text-end",
        "finish",
      ])
        assert.include(types, type)
      const text = [...body.matchAll(/"type":"text-delta"[^}]*"delta":"([^"]*)"/g)].map(([, delta]) => delta).join("")
      assert.strictEqual(text, "Hello there.")
    }),
  )

  it.live(`${shape}: an answer that is cut is an error, never a short success`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({ text: "One two three four.", fault: { resetAfterChunks: 2 } })
      const errors: Array<unknown> = []
      const result = streamText({
        model: languageModel(stackOf(kernel), "chat"),
        prompt: "Hi",
        onError: ({ error }) => void errors.push(error),
      })
      let text = ""
      const failed = yield* Effect.promise(async () => {
        for await (const part of result.fullStream) if (part.type === "text-delta") text += part.text
        return Promise.resolve(result.finishReason).then(
          (reason) => reason,
          () => "rejected",
        )
      })
      assert.strictEqual(text, "One two")
      assert.include(["error", "rejected"], failed)
      const [error] = errors
      assert.isTrue(APICallError.isInstance(error))
      if (!APICallError.isInstance(error)) return
      assert.deepInclude(error.data, { reason: "Truncated" })
      assert.isFalse(error.isRetryable)
    }),
  )

  it.live(`${shape}: an abort closes the upstream socket`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      for (const streamed of [true, false]) {
        upstream.reset()
        upstream.always({ text: "One two three.", fault: { stallAfterChunks: 1 } })
        const ended = aborted(languageModel(stackOf(kernel), "chat"), upstream, streamed)
        const request = yield* Effect.promise(() => upstream.waitForRequest(0))
        assert.strictEqual(yield* Effect.promise(() => request.closed), "aborted")
        assert.match(yield* Effect.promise(() => ended), /^(abort|AbortError)$/)
      }
    }),
  )

  it.live(`${shape}: an abort closes the upstream socket while nobody reads, and so does leaving the stream`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      const model = languageModel(stackOf(kernel), "chat")
      for (const way of ["abort", "cancel"] as const) {
        upstream.reset()
        upstream.always({ text: "One two three.", fault: { stallAfterChunks: 1 } })
        yield* Effect.promise(() => left(model, way))
        const request = yield* Effect.promise(() => upstream.waitForRequest(0))
        assert.strictEqual(yield* Effect.promise(() => request.closed), "aborted", way)
      }
    }),
  )

  it.live(`${shape}: an abort while nobody reads rejects the next read: half an answer has no end`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({ text: "One two three.", fault: { stallAfterChunks: 2 } })
      const reason = new Error("the user left")
      const model = languageModel(stackOf(kernel), "chat")
      const reader = yield* Effect.promise(() => abortedAfter(model, "response-metadata", reason))
      const request = yield* Effect.promise(() => upstream.waitForRequest(0))
      assert.strictEqual(yield* Effect.promise(() => request.closed), "aborted")
      assert.strictEqual(yield* Effect.promise(() => thrownBy(restOf(reader))), reason)
    }),
  )

  it.live(`${shape}: an abort after the whole answer changes nothing of it`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({ text: "One two three." })
      const model = languageModel(stackOf(kernel), "chat")
      const reader = yield* Effect.promise(() => abortedAfter(model, "finish", new Error("too late")))
      assert.deepStrictEqual(yield* Effect.promise(() => restOf(reader)), [])
    }),
  )

  it.live(`${shape}: embedMany`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      upstream.always({
        embeddings: [
          [0.5, 1],
          [0.25, 2],
        ],
        usage: { input: 5, output: 0 },
      })
      const model = embeddingModel(stackOf(kernel), "up/embed")
      const { embeddings, usage } = yield* Effect.promise(() => embedMany({ model, values: ["a", "b"] }))
      assert.deepStrictEqual(embeddings, [
        [0.5, 1],
        [0.25, 2],
      ])
      assert.strictEqual(usage.tokens, 5)
    }),
  )

  it.live(`${shape}: a failure is an APICallError that the AI SDK asks again for only where the stack did not`, () =>
    Effect.gen(function* () {
      const { upstream, kernel } = yield* downAndUp
      const alone = yield* kernelOf([vendor("up", upstream.baseURL)])
      const limited = { fault: { error: "rate_limit_exceeded", headers: { "retry-after-ms": "7" } } } as const
      upstream.always(limited)
      const ask = (model: ReturnType<typeof languageModel>, maxRetries: number) =>
        Effect.promise(() => thrownBy(generateText({ model, prompt: "Hi", maxRetries })))
      const error = yield* ask(languageModel(stackOf(alone), "up/m"), 0)
      assert.isTrue(APICallError.isInstance(error))
      if (!APICallError.isInstance(error)) return
      assert.strictEqual(error.statusCode, 429)
      assert.strictEqual(error.responseHeaders?.["retry-after-ms"], "7")
      assert.deepInclude(error.data, { reason: "RateLimited", recovery: "retry" })
      assert.isTrue(error.isRetryable)
      assert.notInclude(JSON.stringify(error), "sk-up")
      upstream.reset()
      upstream.reply(limited)
      upstream.always({ text: "Fine." })
      assert.isUndefined(
        yield* ask(languageModel(stackOf(alone), "up/m"), 1),
        "one attempt, so the AI SDK may ask again",
      )
      assert.strictEqual(upstream.requests.length, 2)
      upstream.reset()
      upstream.always(limited)
      const twice = yield* ask(languageModel(stackOf(kernel), "chat"), 2)
      assert.isTrue(APICallError.isInstance(twice) && !twice.isRetryable, "the stack has tried two candidates")
      assert.strictEqual(upstream.requests.length, 1)
    }),
  )

  it.live(`${shape}: what fails before the first part rejects the call`, () =>
    Effect.gen(function* () {
      const kernel = yield* kernelOf([vendor("down", yield* nowhere)])
      const model = languageModel(stackOf(kernel), "down/m")
      const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }]
      const error = yield* Effect.promise(async () => thrownBy(model.doStream({ prompt })))
      assert.isTrue(APICallError.isInstance(error))
      if (!APICallError.isInstance(error)) return
      assert.deepInclude(error.data, { reason: "Network" })
      assert.deepStrictEqual(error.requestBodyValues, {})
      assert.isUndefined(error.statusCode)
    }),
  )
}

it.live("the contract restart is refused: an AI SDK stream cannot take back what it sent", () =>
  Effect.gen(function* () {
    const { kernel } = yield* downAndUp
    assert.throws(() => languageModel(kernel, "chat", { policy: { stream: "restart" } }), /restart/)
    const providerOptions = { switchyard: { policy: { stream: "restart" } } }
    const error = yield* Effect.promise(() =>
      thrownBy(generateText({ model: languageModel(kernel, "chat"), prompt: "Hi", providerOptions })),
    )
    assert.isTrue(APICallError.isInstance(error) && error.statusCode === 400)
    assert.include(String(error), "hold")
  }),
)

it.live("the policy, tenant and tags of a call go to the stack", () =>
  Effect.gen(function* () {
    const upstream = yield* upstreamOf
    upstream.always({ text: "One.", fault: { silent: true } })
    const kernel = yield* kernelOf([vendor("up", upstream.baseURL)])
    const providerOptions = { switchyard: { policy: { deadline: 40 }, tenant: "a", tags: { team: "x" } } }
    const error = yield* Effect.promise(() =>
      thrownBy(generateText({ model: languageModel(kernel, "up/m"), prompt: "Hi", maxRetries: 0, providerOptions })),
    )
    assert.isTrue(APICallError.isInstance(error))
    if (APICallError.isInstance(error)) assert.deepInclude(error.data, { reason: "Timeout" })
    assert.notMatch(JSON.stringify(upstream.requests), /"team"|tenant/)
  }),
)

it.live("a provider for registries makes the same models, and has no image models", () =>
  Effect.gen(function* () {
    const { upstream, kernel } = yield* downAndUp
    upstream.always({ text: "Hello." })
    const provider = switchyardProvider(kernel, { provider: "ours" })
    const { text } = yield* Effect.promise(() => generateText({ model: provider.languageModel("chat"), prompt: "Hi" }))
    assert.strictEqual(text, "Hello.")
    assert.strictEqual(provider.embeddingModel("up/e").provider, "ours")
    assert.throws(() => provider.imageModel("x"), /imageModel/)
  }),
)

it.live("URLs of files are handed on and not downloaded; the media type is read from the content", () =>
  Effect.gen(function* () {
    const { upstream, kernel } = yield* downAndUp
    upstream.always({ text: "A cat." })
    const url = "https://cats.invalid/a%20cat.png?x=1"
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
    const content = [
      { type: "text" as const, text: "What?" },
      { type: "file" as const, data: new URL(url), mediaType: "image" },
      { type: "file" as const, data: png, mediaType: "image" },
    ]
    yield* Effect.promise(() =>
      generateText({ model: languageModel(kernel, "chat"), messages: [{ role: "user", content }] }),
    )
    const sent = upstream.requests[0]?.rawBody ?? ""
    assert.include(sent, url)
    assert.include(sent, `data:image/png;base64,${Buffer.from(png).toString("base64")}`)
  }),
)

it("an error that is none of the stack's is handed on as it is", async () => {
  const broken = new Error("the caller's own")
  const stack: Stack = {
    generate: () => Promise.reject(broken),
    stream: () => {
      throw broken
    },
    embed: () => Promise.reject(broken),
  }
  const model = languageModel(stack, "x")
  const thrown = await generateText({ model, prompt: "Hi", maxRetries: 0 }).catch((error: unknown) => error)
  assert.strictEqual(thrown, broken)
  assert.isFalse(thrown instanceof LlmError)
})
