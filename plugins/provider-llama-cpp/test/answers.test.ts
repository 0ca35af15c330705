import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, type LlmRequestInput, Providers, type StreamPart, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { presets } from "../src/index.ts"
import { fileOf, greedy, local, tiny, tinyPath, using, withNative } from "./native.ts"
import { tinyGguf } from "@switchyard/testkit"

const ask = (request: Partial<LlmRequestInput>, models?: Parameters<typeof using>[1]) =>
  using((kernel) => kernel.generate({ ...greedy, prompt: "Hi", ...request }), models)

const parts = (request: Partial<LlmRequestInput>) =>
  using((kernel) => Stream.runCollect(kernel.stream({ ...greedy, prompt: "Hi", ...request })))

const deltas = (all: ReadonlyArray<StreamPart>): ReadonlyArray<string> =>
  all.flatMap((part) => (part.type === "text-delta" ? [part.text] : []))

withNative("an answer", () => {
  it.live("is decoded token by token, counted, and cut where it was told to be", () =>
    Effect.gen(function* () {
      const all = yield* parts({ maxOutputTokens: 24 })
      const { finish, usage, content } = foldCall(all)
      assert.strictEqual(finish.unified, "length")
      assert.deepStrictEqual(usage.output, { total: 24, text: 24, reasoning: 0 })
      // <s>, three special tokens, three spaces where a text begins, 15 letters and three line ends.
      assert.deepStrictEqual(usage.input, { total: 25 })
      assert.isAbove(deltas(all).length, 12, "it came in pieces")
      assert.strictEqual(deltas(all).join(""), textOf(content))
    }),
  )

  it.live("is the same at temperature 0, and with the same seed", () =>
    Effect.gen(function* () {
      const texts = (request: Partial<LlmRequestInput>) =>
        using((kernel) =>
          Effect.map(
            Effect.forEach([1, 2], () => kernel.generate({ ...greedy, prompt: "Hi", ...request })),
            (all) => all.map(({ content }) => textOf(content)),
          ),
        )
      const [first, second] = yield* texts({})
      assert.strictEqual(first, second)
      const [third, fourth] = yield* texts({ temperature: 5, seed: 11 })
      assert.strictEqual(third, fourth)
      const [fifth] = yield* texts({ temperature: 5, seed: 12 })
      assert.notStrictEqual(fifth, third, "another seed says something else")
    }),
  )

  it.live("without a seed is another one each time", () =>
    Effect.gen(function* () {
      const { content: one } = yield* ask({ temperature: 5, maxOutputTokens: 32 })
      const { content: two } = yield* ask({ temperature: 5, maxOutputTokens: 32 })
      assert.notStrictEqual(textOf(one), textOf(two))
    }),
  )

  it.live("with topK 1 is the likeliest, however hot", () =>
    Effect.gen(function* () {
      const { content: cold } = yield* ask({})
      const { content: hot } = yield* ask({ temperature: 5, topK: 1 })
      assert.strictEqual(textOf(hot), textOf(cold))
    }),
  )

  it.live("ends before a stop text, which is not part of it, also where the stream had begun to say it", () =>
    Effect.gen(function* () {
      const { content } = yield* ask({ maxOutputTokens: 32 })
      const whole = textOf(content)
      const stop = whole.slice(8, 11)
      const all = yield* parts({ maxOutputTokens: 32, stop: ["never said, never said", stop] })
      const { finish, content: cut } = foldCall(all)
      assert.strictEqual(textOf(cut), whole.slice(0, whole.indexOf(stop)))
      assert.strictEqual(finish.unified, "stop")
    }),
  )

  it.live("is changed by penalties for repetition", () =>
    Effect.gen(function* () {
      const repeated = (text: string) => text.length - new Set(text).size
      const { content: plain } = yield* ask({ maxOutputTokens: 60 })
      const { content: penalised } = yield* ask({ maxOutputTokens: 60, presencePenalty: 2, frequencyPenalty: 2 })
      assert.isBelow(repeated(textOf(penalised)), repeated(textOf(plain)))
    }),
  )

  it.live("goes on where an assistant message at the end stops", () =>
    Effect.gen(function* () {
      const { content } = yield* ask({ maxOutputTokens: 20 })
      const begun = textOf(content).slice(0, 6)
      const { content: rest } = yield* using((kernel) =>
        kernel.generate({
          ...greedy,
          messages: [
            { role: "user", content: "Hi" },
            { role: "assistant", content: begun },
          ],
        }),
      )
      assert.isAbove(textOf(rest).length, 0)
      assert.isFalse(textOf(rest).startsWith(begun), "the beginning is not said again")
    }),
  )

  it.live("may be sampled as a preset, the options and the request say, each over the one before", () =>
    Effect.gen(function* () {
      const models = { tiny: { ...tiny, preset: "llama3_2_1b" as const, sampling: { temperature: 0 } } }
      const { temperature: _, ...warm } = greedy
      const sampled = (request: Partial<LlmRequestInput>) =>
        using((kernel) => kernel.generate({ ...warm, prompt: "Hi", ...request }), models)
      const { content: option } = yield* sampled({ seed: 1 })
      const { content: again } = yield* sampled({ seed: 2 })
      assert.strictEqual(textOf(option), textOf(again), "the options' temperature 0 is over the preset's 0.6")
      const { content: hot } = yield* sampled({ seed: 2, temperature: 5 })
      assert.notStrictEqual(textOf(hot), textOf(option))
      const own = { local: { minP: 1, other: true } }
      const { content: likeliest, warnings } = yield* sampled({ seed: 2, temperature: 5, providerData: own })
      assert.strictEqual(textOf(likeliest), textOf(option), "minP 1 leaves only the likeliest")
      assert.deepStrictEqual(
        warnings.map(({ setting }) => setting),
        ["providerData"],
      )
    }),
  )

  it.live("finds the template in the file, or takes the one of the preset", () =>
    Effect.gen(function* () {
      const { template: _, ...own } = tiny
      const { usage: auto } = yield* ask({}, { tiny: own })
      const { usage: named } = yield* ask({})
      assert.strictEqual(auto.input.total, named.input.total, "the file's template is ChatML")
      const bare = { path: fileOf("no-template.gguf", tinyGguf({ template: null })), threads: 1 }
      const { usage: llama3 } = yield* ask({}, { tiny: { ...bare, template: "llama3" } })
      const { usage: preset } = yield* ask({}, { tiny: { ...bare, preset: "llama3_8b" } })
      assert.strictEqual(preset.input.total, llama3.input.total)
      assert.notStrictEqual(preset.input.total, named.input.total)
    }),
  )
})

withNative("a context", () => {
  const long = "word ".repeat(600)

  it.live("that the prompt does not fit into is told before anything is decoded, with the numbers", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(ask({ prompt: long }))
      assert.strictEqual(reason._tag, "ContextTooLong")
      if (reason._tag !== "ContextTooLong") return
      assert.strictEqual(reason.limit, 1024)
      assert.isAbove(reason.requested ?? 0, 3000)
    }),
  )

  it.live("that the prompt fits into, but not with the answer that is asked for", () =>
    Effect.gen(function* () {
      const { usage } = yield* ask({ maxOutputTokens: 1 })
      const prompt = usage.input.total ?? 0
      const { reason } = yield* Effect.flip(ask({ maxOutputTokens: 1024 - prompt }))
      assert.strictEqual(reason._tag, "ContextTooLong")
      if (reason._tag === "ContextTooLong") assert.strictEqual(reason.requested, 1024)
      const { finish } = yield* ask({ maxOutputTokens: 1023 - prompt })
      assert.strictEqual(finish.unified, "length", "one token less fits")
    }),
  )

  it.live("that is full ends the answer as cut by length, and the beginning is not forgotten", () =>
    Effect.gen(function* () {
      const { maxOutputTokens: _, ...unbounded } = greedy
      const { finish, usage } = yield* using((kernel) => kernel.generate({ ...unbounded, prompt: "Hi" }), {
        tiny: { ...tiny, contextSize: 256 },
      })
      assert.strictEqual(finish.unified, "length")
      assert.strictEqual((usage.input.total ?? 0) + (usage.output.total ?? 0), 255)
    }),
  )

  it.live("is described as the options say, and as it is once it is loaded", () =>
    Effect.provide(
      Effect.gen(function* () {
        const kernel = yield* Kernel
        const { describe } = (yield* Providers).get("local")?.provider ?? assert.fail("there is a provider")
        assert.strictEqual(describe("tiny")?.contextWindow, undefined)
        assert.strictEqual(describe("preset")?.contextWindow, 8192)
        assert.strictEqual(describe("sized")?.contextWindow, 512)
        assert.strictEqual(describe("another"), undefined)
        yield* kernel.generate({ ...greedy, prompt: "Hi" })
        assert.strictEqual(describe("tiny")?.contextWindow, 2048, "what the file says it was trained for")
      }),
      compose([
        local({
          tiny: { path: tinyPath, threads: 1, template: "chatML" },
          preset: { path: tinyPath, preset: "llama3_1_8b" },
          sized: { path: tinyPath, preset: "llama3_1_8b", contextSize: 512 },
        }),
      ]),
    ),
  )
})

it("presets name windows, templates and sources", () => {
  for (const [name, preset] of Object.entries(presets)) {
    assert.isAtLeast(preset.contextWindow, 4096, name)
    assert.match(preset.source, /^https:\/\/huggingface\.co\//, name)
    assert.isAbove(preset.stop.length, 0, name)
  }
})
