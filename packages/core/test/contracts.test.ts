import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  foldCall,
  type LlmRequestInput,
  type Provider,
  type Rescue,
  type StreamContract,
  type StreamPart,
} from "../src/index.ts"
import {
  bad,
  collect,
  delta,
  finish,
  generate,
  good,
  ill,
  inTurn,
  listening,
  plug,
  provider,
  reasonOf,
  recorder,
  request,
  saying,
  start,
  stream,
  streamOf,
  validator,
} from "./stubs.ts"

const half: ReadonlyArray<StreamPart> = [
  { type: "stream-start", warnings: [{ type: "other", message: "of a" }] },
  { type: "response-metadata", id: "id-a", model: "model-a" },
  { type: "text-start", id: "0" },
  delta("once upon "),
]
const a = (...parts: ReadonlyArray<StreamPart>): Provider =>
  provider({ id: "a", stream: () => Stream.concat(Stream.fromArray(parts), Stream.fail(ill())) })
const rest: ReadonlyArray<StreamPart> = [
  { type: "stream-start", warnings: [{ type: "other", message: "of b" }] },
  { type: "response-metadata", id: "id-b", model: "model-b" },
  { type: "text-start", id: "0" },
  delta("a time"),
  { type: "text-end", id: "0" },
  finish(),
]
const b = provider({ id: "b", stream: () => Stream.fromArray([...rest]) })
const candidate = { provider: "b", model: "m" }

const rescuing = (rescue: Rescue) => inTurn(() => Effect.succeed(rescue))
const resume: Rescue = { _tag: "Resume", candidate }
const restart: Rescue = { _tag: "Restart", candidates: [candidate] }
const asking = (contract: StreamContract, more: LlmRequestInput["policy"] = {}): LlmRequestInput => ({
  model: "a/m",
  prompt: "hi",
  policy: { stream: contract, ...more },
})
const types = (parts: ReadonlyArray<StreamPart>) => parts.map(({ type }) => type)

/** Each piece is opened once, filled while open, and closed; `finish` is last and only there; one start per answer. */
const grammatical = (parts: ReadonlyArray<StreamPart>) => {
  const open = new Set<string>()
  const used = new Set<string>()
  assert.strictEqual(parts[0]?.type, "stream-start")
  assert.deepStrictEqual(types(parts).indexOf("finish"), parts.length - 1)
  let starts = 0
  for (const part of parts) {
    if (part.type === "stream-start") starts++
    if (part.type === "restart") {
      open.clear()
      used.clear()
      starts--
    }
    if (part.type === "text-start") {
      assert.isFalse(used.has(part.id), `the piece ${part.id} begins twice`)
      used.add(part.id)
      open.add(part.id)
    }
    if (part.type === "text-delta") assert.isTrue(open.has(part.id), `${part.id} is not open`)
    if (part.type === "text-end") assert.isTrue(open.delete(part.id), `${part.id} is not open`)
  }
  assert.strictEqual(open.size, 0)
  assert.strictEqual(starts, 1)
}

describe("fail", () => {
  it.effect("rescue is not even asked", () =>
    Effect.gen(function* () {
      let asked = 0
      const failover = inTurn(() => Effect.sync(() => (asked++, restart)))
      const plugins = [plug("provider", a(...half)), plug("provider", b), failover]
      assert.strictEqual((yield* reasonOf(collect(plugins, asking("fail"))))._tag, "Truncated")
      assert.strictEqual((yield* reasonOf(collect(plugins, { model: "a/m", prompt: "hi" })))._tag, "Truncated")
      assert.strictEqual(asked, 0)
    }),
  )

  for (const [contract, decision] of [
    ["resume", restart],
    ["restart", resume],
    ["resume", { _tag: "Fail" }],
    ["restart", { _tag: "Fail" }],
  ] as const) {
    it.effect(`the contract "${contract}" does not allow ${decision._tag}`, () =>
      Effect.gen(function* () {
        const plugins = [plug("provider", a(...half)), plug("provider", b), rescuing(decision)]
        assert.strictEqual((yield* reasonOf(collect(plugins, asking(contract))))._tag, "Truncated")
      }),
    )
  }
})

describe("hold", () => {
  it.effect("nothing flows before the answer is complete and valid, and the failed attempt leaves nothing", () =>
    Effect.gen(function* () {
      const plugins = [
        plug("provider", a(...half)),
        plug("provider", b),
        plug(
          "validator",
          validator((text) => (text === "a time" ? good : bad())),
        ),
        inTurn(),
      ]
      const input = { ...asking("hold", { validators: [{ type: "v" }] }), model: "x" }
      const parts = yield* collect(plugins, input, { routes: { x: ["a/m", "b/m"] } })
      grammatical(parts)
      const whole = foldCall(parts)
      assert.deepStrictEqual(whole.content, [{ type: "text", text: "a time" }])
      assert.deepStrictEqual([whole.provider, whole.model, whole.id], ["b", "model-b", "id-b"])
      assert.deepStrictEqual(whole.warnings, [{ type: "other", message: "of b" }])
    }),
  )

  it.effect("an invalid or cut answer shows no part at all", () =>
    Effect.gen(function* () {
      const judge = plug(
        "validator",
        validator(() => bad()),
      )
      const invalid = stream(
        [plug("provider", saying("x", "a")), judge],
        asking("hold", { validators: [{ type: "v" }] }),
      )
      const truncated = stream([plug("provider", a(...half))], asking("hold"))
      for (const [parts, tag] of [
        [invalid, "OutputInvalid"],
        [truncated, "Truncated"],
      ] as const) {
        const seen: Array<StreamPart> = []
        const failed = yield* reasonOf(Stream.runForEach(parts, (part) => Effect.sync(() => seen.push(part))))
        assert.strictEqual(failed._tag, tag)
        assert.deepStrictEqual(seen, [])
      }
    }),
  )

  it.effect("what a validator repaired is what flows", () =>
    Effect.gen(function* () {
      const repaired = [{ type: "text", text: "mended" }] as const
      const judge = plug(
        "validator",
        validator(() => ({ ...good, repaired })),
      )
      const input = { ...request, policy: { stream: "hold", validators: [{ type: "v" }] } } as const
      const parts = yield* collect([plug("provider", saying("broken")), judge], input)
      assert.deepStrictEqual(foldCall(parts).content, repaired)
    }),
  )
})

describe("restart", () => {
  it.effect("a restart part, then a full valid stream; folded, only the new answer is left", () =>
    Effect.gen(function* () {
      const { plugin, attempts } = recorder()
      const plugins = [plug("provider", a(...half)), plug("provider", b), rescuing(restart), plugin]
      const parts = yield* collect(plugins, asking("restart"))
      assert.deepStrictEqual(parts.slice(0, half.length), [...half])
      assert.deepStrictEqual(parts[half.length], { type: "restart", reason: "Truncated" })
      grammatical(parts)
      const whole = foldCall(parts)
      const plain = yield* generate([plug("provider", b)], { model: "b/m", prompt: "hi" })
      assert.deepStrictEqual({ ...whole, route: plain.route }, { ...plain })
      assert.deepStrictEqual(
        whole.route.attempts.map(({ outcome }) => outcome),
        ["failed", "ok"],
      )
      assert.strictEqual(attempts().length, 2, "each attempt's span ends once")
    }),
  )

  it.effect("an answer that was rejected can be restarted too", () =>
    Effect.gen(function* () {
      const plugins = [
        plug("provider", saying("wrong", "a")),
        plug("provider", b),
        plug(
          "validator",
          validator((text) => (text === "wrong" ? bad() : good)),
        ),
        rescuing(restart),
      ]
      const parts = yield* collect(plugins, asking("restart", { validators: [{ type: "v" }] }))
      assert.deepStrictEqual(parts.at(streamOf("wrong").length - 1), { type: "restart", reason: "OutputInvalid" })
      grammatical(parts)
      assert.deepStrictEqual(foldCall(parts).content, [{ type: "text", text: "a time" }])
    }),
  )

  it.effect("it may happen more than once", () =>
    Effect.gen(function* () {
      let calls = 0
      const flaky = provider({
        stream: () =>
          ++calls < 3 ? Stream.concat(Stream.fromArray([...half]), Stream.fail(ill())) : Stream.fromArray([...rest]),
      })
      const self: Rescue = { _tag: "Restart", candidates: [{ provider: "p", model: "m" }] }
      const parts = yield* collect([plug("provider", flaky), rescuing(self)], { ...asking("restart"), model: "p/m" })
      grammatical(parts)
      assert.strictEqual(types(parts).filter((type) => type === "restart").length, 2)
      assert.deepStrictEqual(foldCall(parts).content, [{ type: "text", text: "a time" }])
    }),
  )
})

describe("resume", () => {
  it.effect("the grammar stays valid and the text continues", () =>
    Effect.gen(function* () {
      const spied = listening(b)
      const { plugin, attempts } = recorder()
      const plugins = [plug("provider", a(...half)), spied.plugin, rescuing(resume), plugin]
      const parts = yield* collect(plugins, asking("resume"))
      grammatical(parts)
      assert.notInclude(types(parts), "restart")
      assert.strictEqual(
        parts.map((part) => (part.type === "text-delta" ? part.text : "")).join(""),
        "once upon a time",
      )
      const [sent] = spied.seen
      const last = sent?.messages.at(-1)
      assert.strictEqual(last?.role, "assistant")
      assert.deepStrictEqual(last?.content, [{ type: "text", text: "once upon " }])
      if (last?.role === "assistant") assert.deepStrictEqual(last.origin, { provider: "a", model: "m" })
      assert.strictEqual(sent?.model, "m")
      assert.strictEqual(attempts().length, 2)
    }),
  )

  it.effect("provider and model name the same one, and no warning is lost", () =>
    Effect.gen(function* () {
      const plugins = [plug("provider", a(...half)), plug("provider", b), rescuing(resume)]
      const whole = foldCall(yield* collect(plugins, asking("resume")))
      assert.deepStrictEqual([whole.provider, whole.model], ["b", "model-b"])
      assert.deepStrictEqual(
        whole.warnings.map(({ message }) => message).filter((message) => message.startsWith("of ")),
        ["of a", "of b"],
      )
    }),
  )

  it.effect("an answer that came whole but was rejected is not resumed into a cut success", () =>
    Effect.gen(function* () {
      const slow = provider({
        id: "b",
        stream: () =>
          Stream.rechunk(
            Stream.fromArray([
              start,
              { type: "text-start", id: "0" } as const,
              delta("one "),
              delta("two "),
              delta("three"),
              { type: "text-end", id: "0" } as const,
              finish(),
            ]),
            1,
          ),
      })
      const judge = validator((text) => (text === "wrong" ? bad() : good))
      const plugins = [
        plug("provider", saying("wrong", "a")),
        plug("provider", slow),
        plug("validator", judge),
        rescuing(resume),
      ]
      const exit = yield* Effect.result(collect(plugins, asking("resume", { validators: [{ type: "v" }] })))
      if (exit._tag === "Failure") return assert.strictEqual(exit.failure.reason._tag, "OutputInvalid")
      grammatical(exit.success)
      const text = exit.success.map((part) => (part.type === "text-delta" ? part.text : "")).join("")
      assert.strictEqual(text, "wrongone two three")
    }),
  )
})
