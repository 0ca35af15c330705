import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { foldCall, LlmError, type LlmRequestInput, type Provider, type StreamPart } from "../src/index.ts"
import {
  again,
  answer,
  bad,
  collect,
  delta,
  finish,
  generate,
  good,
  ill,
  inTurn,
  plug,
  provider,
  reasonOf,
  recorder,
  request,
  saying,
  start,
  stream,
  streamOf,
  type TestPlugin,
  textParts,
  usage,
  validator,
} from "./stubs.ts"

const flowing = (id: string, parts: Stream.Stream<StreamPart, LlmError>): TestPlugin =>
  plug("provider", provider({ id, stream: () => parts }))

/** `parts`, then a failure. */
const cutAfter = (...parts: ReadonlyArray<StreamPart>) => Stream.concat(Stream.fromArray(parts), Stream.fail(ill()))

const routes = { routes: { both: ["a/m", "b/m"] } }
const both: LlmRequestInput = { model: "both", prompt: "hi" }
const texts = (parts: ReadonlyArray<StreamPart>) =>
  parts.flatMap((part) => (part.type === "text-delta" ? part.text : []))

/** What came before a stream failed, and how it failed. */
const observe = (parts: Stream.Stream<StreamPart, LlmError>) =>
  Effect.gen(function* () {
    const seen: Array<StreamPart> = []
    const error = yield* Effect.flip(Stream.runForEach(parts, (part) => Effect.sync(() => seen.push(part))))
    return { seen, error }
  })

describe("the preamble is not output", () => {
  const preambles: Readonly<Record<string, Stream.Stream<StreamPart, LlmError>>> = {
    "fails at once": Stream.fail(ill()),
    "fails after its start": cutAfter(
      { type: "stream-start", warnings: [{ type: "other", message: "of the failed one" }] },
      { type: "response-metadata", id: "failed", model: "failed" },
    ),
    "fails after an empty piece": cutAfter(start, { type: "text-start", id: "0" }, delta(""), {
      type: "raw",
      value: 1,
    }),
    "ends before any content": Stream.fromArray([start, { type: "response-metadata", id: "failed" } as const]),
    "is empty": Stream.empty,
  }
  for (const [what, failed] of Object.entries(preambles)) {
    it.effect(`a first candidate that ${what} leaves nothing behind`, () =>
      Effect.gen(function* () {
        const plugins = [flowing("a", failed), plug("provider", saying("hello", "b")), inTurn()]
        const parts = yield* collect(plugins, both, routes)
        assert.deepStrictEqual(parts.slice(0, -1), streamOf("hello").slice(0, -1))
        const whole = foldCall(parts)
        assert.strictEqual(whole.provider, "b")
        assert.deepStrictEqual(
          whole.route.attempts.map(({ outcome }) => outcome),
          ["failed", "ok"],
        )
        assert.deepStrictEqual((yield* generate(plugins, both, routes)).content, whole.content)
      }),
    )
    it.effect(`a candidate that ${what} is tried again`, () =>
      Effect.gen(function* () {
        let calls = 0
        const second = provider({
          stream: () => Stream.suspend(() => (++calls === 1 ? failed : Stream.fromArray([...streamOf("hello")]))),
        })
        const parts = yield* collect([plug("provider", second), again(2)])
        assert.deepStrictEqual(texts(parts), ["hello"])
        assert.strictEqual(parts.filter(({ type }) => type === "stream-start").length, 1)
      }),
    )
  }

  it.effect("after content nobody is asked again under the default contract", () =>
    Effect.gen(function* () {
      const plugins = [
        flowing("a", cutAfter(start, delta("ha"))),
        plug("provider", saying("no", "b")),
        inTurn(),
        again(3),
      ]
      const { seen, error } = yield* observe(stream(plugins, both, routes))
      assert.deepStrictEqual(seen, [start, delta("ha")])
      assert.strictEqual(error.reason._tag, "Truncated")
    }),
  )
})

describe("a cut answer is never a success", () => {
  const usageOfNothing = { input: {}, output: {} }

  it.effect("without finish it is Truncated, with what came; the same for generate", () =>
    Effect.gen(function* () {
      const plugins = [flowing("p", Stream.fromArray([start, ...textParts("half")]))]
      const { seen, error } = yield* observe(stream(plugins))
      assert.deepStrictEqual(texts(seen), ["half"])
      for (const { reason } of [error, yield* Effect.flip(generate(plugins))]) {
        assert.strictEqual(reason._tag, "Truncated")
        if (reason._tag !== "Truncated") return
        assert.deepStrictEqual(reason.partial, { content: [{ type: "text", text: "half" }], usage: usageOfNothing })
        assert.strictEqual(reason.because, undefined)
      }
      assert.deepStrictEqual(error.context.provider, "p")
      assert.deepStrictEqual(
        error.context.route?.attempts.map(({ outcome }) => outcome),
        ["failed"],
      )
    }),
  )

  it.effect("a failure after content is Truncated because of it", () =>
    Effect.gen(function* () {
      const plugins = [flowing("p", cutAfter(start, delta("half")))]
      for (const reason of [yield* reasonOf(collect(plugins)), yield* reasonOf(generate(plugins))]) {
        assert.strictEqual(reason._tag, "Truncated")
        if (reason._tag === "Truncated") assert.deepStrictEqual(reason.because, { _tag: "Overloaded", message: "down" })
      }
    }),
  )

  it.effect("when nothing came it is EmptyResponse; the same for generate", () =>
    Effect.gen(function* () {
      for (const parts of [Stream.empty, Stream.fromArray([start])]) {
        const plugins = [flowing("p", parts)]
        assert.strictEqual((yield* reasonOf(collect(plugins)))._tag, "EmptyResponse")
        assert.strictEqual((yield* reasonOf(generate(plugins)))._tag, "EmptyResponse")
      }
    }),
  )

  it.effect("a finish without content is an answer, and what follows a finish is ignored", () =>
    Effect.gen(function* () {
      const plugins = [flowing("p", Stream.fromArrays([start], [finish("content-filter")], [delta("late")]))]
      const parts = yield* collect(plugins)
      assert.deepStrictEqual(
        parts.map(({ type }) => type),
        ["stream-start", "finish"],
      )
      assert.strictEqual((yield* generate(plugins)).finish.unified, "content-filter")
    }),
  )

  it.effect("an answer that its validators reject has flowed, and ends in OutputInvalid", () =>
    Effect.gen(function* () {
      const plugins = [
        plug("provider", saying("nonsense")),
        plug(
          "validator",
          validator(() => bad()),
        ),
      ]
      const { seen, error } = yield* observe(stream(plugins, { ...request, policy: { validators: [{ type: "v" }] } }))
      assert.deepStrictEqual(texts(seen), ["nonsense"])
      assert.notInclude(
        seen.map(({ type }) => type),
        "finish",
      )
      assert.strictEqual(error.reason._tag, "OutputInvalid")
      if (error.reason._tag === "OutputInvalid") assert.deepStrictEqual(error.reason.verdicts, [bad()])
      assert.deepStrictEqual(
        error.context.route?.attempts.map(({ outcome }) => outcome),
        ["rejected"],
      )
    }),
  )

  it.effect("a validator that itself fails at the end of a stream fails the attempt, once", () =>
    Effect.gen(function* () {
      const { plugin, attempts } = recorder()
      const failing = plug("validator", {
        names: ["v"],
        make: () => Effect.succeed({ validate: () => Effect.fail(ill("judge is down")) }),
      })
      const plugins = [plug("provider", saying("x")), failing, plugin]
      const input = { ...request, policy: { validators: [{ type: "v" }] } }
      const { error } = yield* observe(stream(plugins, input))
      assert.strictEqual(error.reason.message, "judge is down")
      assert.deepStrictEqual(
        error.context.route?.attempts.map(({ outcome }) => outcome),
        ["failed"],
      )
      assert.deepStrictEqual(
        attempts().map(({ outcome }) => outcome.error?.reason._tag),
        ["Overloaded"],
      )
      const whole = yield* Effect.flip(generate(plugins, input))
      assert.deepStrictEqual(
        whole.context.route?.attempts.map(({ outcome }) => outcome),
        ["failed"],
      )
    }),
  )

  it.effect("an accepted answer carries its verdict in finish, as generate does", () =>
    Effect.gen(function* () {
      const plugins = [
        plug("provider", saying("x")),
        plug(
          "validator",
          validator(() => good),
        ),
      ]
      const parts = yield* collect(plugins, { ...request, policy: { validators: [{ type: "v" }] } })
      assert.deepStrictEqual(foldCall(parts).verdict, good)
      assert.deepStrictEqual(foldCall(parts).route.attempts[0]?.verdict, good)
    }),
  )
})

describe("how a stream is cut into batches changes nothing", () => {
  const content = answer("", {
    content: [
      { type: "reasoning", text: "let me see", providerData: { v: { s: "1" } } },
      { type: "text", text: "hello world" },
      { type: "tool-call", id: "1", name: "f", inputText: "{}" },
    ],
  })
  const pieces: ReadonlyArray<StreamPart> = [
    { type: "stream-start", warnings: [{ type: "other", message: "w" }] },
    { type: "response-metadata", id: "r", model: "vendor-model" },
    { type: "reasoning-start", id: "0" },
    ..."let me see".split("").map((text): StreamPart => ({ type: "reasoning-delta", id: "0", text })),
    { type: "reasoning-end", id: "0", providerData: { v: { s: "1" } } },
    { type: "text-start", id: "0" },
    ..."hello world".split("").map((text) => delta(text)),
    { type: "text-end", id: "0" },
    { type: "tool-input-start", id: "1", name: "f" },
    { type: "tool-call", id: "1", name: "f", inputText: "{}" },
    finish(),
  ]
  const cut = (sizes: ReadonlyArray<number>) => {
    const batches: Array<ReadonlyArray<StreamPart>> = []
    let at = 0
    for (const size of [...sizes, pieces.length]) {
      if (at >= pieces.length) break
      batches.push(pieces.slice(at, at + size + 1))
      at += size + 1
    }
    return batches
  }
  const sizes = Arbitrary.array(
    Arbitrary.map(Arbitrary.array(Arbitrary.Constant(0), { maxLength: 8 }), (zeros) => zeros.length),
    { maxLength: 12 },
  )

  it.effect.prop(
    "any cut, with and without a judge",
    [sizes],
    ([given]) =>
      Effect.gen(function* () {
        const rechunked: Provider = provider({ stream: () => Stream.fromArrays(...cut(given)) })
        const plugins = [
          plug("provider", rechunked),
          plug(
            "validator",
            validator(() => good),
          ),
        ]
        const expected = [{ type: "other", message: "w" }]
        for (const policy of [{}, { validators: [{ type: "v" }] }]) {
          const parts = yield* collect(plugins, { ...request, policy })
          assert.deepStrictEqual(parts.slice(0, -1), pieces.slice(0, -1))
          const folded = foldCall(parts)
          assert.deepStrictEqual(folded.content, content.content)
          assert.deepStrictEqual([folded.id, folded.model, folded.warnings], ["r", "vendor-model", expected])
        }
      }),
    { arbitrary: { seed: "batches", runs: 60 } },
  )
})

it.effect("what a provider warns of at the end reaches the caller, streamed or not", () =>
  Effect.gen(function* () {
    const late = { type: "other", message: "only now" } as const
    const early = { type: "other", message: "at once" } as const
    const end: StreamPart = { type: "finish", reason: { unified: "stop" }, usage, warnings: [late] }
    const parts: ReadonlyArray<StreamPart> = [{ type: "stream-start", warnings: [early] }, ...textParts("hi"), end]
    const plugins = [plug("provider", provider({ stream: () => Stream.fromArray(parts) }))]
    const whole = yield* generate(plugins)
    const folded = foldCall(yield* collect(plugins))
    assert.deepStrictEqual(
      [whole.warnings, folded.warnings],
      [
        [early, late],
        [early, late],
      ],
    )
  }),
)
