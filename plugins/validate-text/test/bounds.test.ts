import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { answering, judge } from "./stubs.ts"
import { compose, Kernel } from "@switchyard/core"
import { findPersonalData, findRefusal, findSecrets, validateText } from "../src/index.ts"

/** In ms: far above what any of them takes on a busy machine, far below a hang. */
const bound = 10_000

const timed = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const started = performance.now()
    const result = yield* Effect.result(effect)
    return { result, ms: performance.now() - started }
  })

describe("catastrophic regexes", () => {
  it.effect("repeats within repeats are linear, and are judged", () =>
    Effect.gen(function* () {
      const text = `${"a".repeat(200_000)}!`
      for (const pattern of ["(a+)+$", "(a|aa)+$", "(a|a)*b", "^(\\w+\\s?)*$", "(.*a){20}x"]) {
        const verdict = yield* judge(text, "regex", { pattern }, { options: { regexMs: 5_000 } })
        assert.isFalse(verdict.ok, pattern)
      }
    }),
  )

  it.effect("what only JavaScript's engine knows is stopped at the deadline, with a typed error", () =>
    Effect.gen(function* () {
      const { plugin, calls } = answering(`${"a".repeat(40)}!`)
      const request = {
        model: "p/m",
        prompt: "hi",
        policy: { validators: [{ type: "regex", params: { pattern: "^(?=(a+)+$)" } }] },
      }
      const call = Kernel.use((kernel) => kernel.generate(request))
      const stack = compose([plugin, validateText({ regexMs: 50 })])
      const { result, ms } = yield* timed(Effect.provide(call, stack))
      assert.isBelow(ms, bound)
      assert.strictEqual(calls.length, 1)
      assert.strictEqual(result._tag, "Failure")
      if (result._tag === "Failure") {
        assert.strictEqual(result.failure.reason._tag, "InvalidRequest")
        assert.match(result.failure.message, /params\.pattern.*ran for more than 50 ms on the answer and was stopped/)
      }
    }),
  )

  it.effect("an automaton with too many states is stopped too", () =>
    Effect.gen(function* () {
      const text = "ab".repeat(250_000)
      const { result, ms } = yield* timed(
        judge(text, "regex", { pattern: "[ab]*a[ab]{500}x" }, { options: { regexMs: 50 } }),
      )
      assert.isBelow(ms, bound)
      assert.isTrue(result._tag === "Failure" || !result.success.ok)
    }),
  )
})

describe("long answers", () => {
  const many: ReadonlyArray<readonly [type: string, params: JsonObject]> = [
    ["response_not_empty", {}],
    ["length", { min: 10, max_words: 5, max_tokens: 10 }],
    ["contains", { text: "nowhere" }],
    ["not_contains", { text: "a" }],
    ["starts_with", { text: "x" }],
    ["ends_with", { text: "x" }],
    ["regex", { pattern: "x" }],
    ["language", { language: "en" }],
    ["similarity", { target: "x" }],
    ["format", { format: "sql" }],
    ["xml", {}],
    ["only_code", {}],
    ["no_refusal", {}],
    ["no_secrets", {}],
    ["no_pii", {}],
    ["no_prompt_leak", {}],
  ]

  it.effect(
    "50 MB: searched where that is cheap, else rejected as too long and not called good",
    () =>
      Effect.gen(function* () {
        const text = "a word ".repeat(7_500_000)
        for (const [type, params] of many) {
          const { result, ms } = yield* timed(judge(text, type, params))
          assert.isBelow(ms, 10_000, type)
          assert.strictEqual(result._tag, "Success", type)
          const passes = type === "response_not_empty" || type === "no_refusal" || type === "language"
          if (result._tag === "Success") assert.strictEqual(result.success.ok, passes, type)
          // Those that could not read it have decided nothing.
          const unread = ["regex", "similarity", "format", "xml", "only_code", "no_secrets", "no_pii", "no_prompt_leak"]
          if (result._tag === "Success")
            assert.strictEqual(result.success.undecided ?? false, unread.includes(type), type)
          if (result._tag === "Success" && ["regex", "no_pii", "xml"].includes(type)) {
            assert.match(
              result.success.issues[0]?.message ?? "",
              /has 52500000 characters, and .* reads at most 1000000/,
            )
          }
        }
      }),
    60_000,
  )

  it.effect("what a parser cannot be asked about is undecided, and what it finds wrong is not", () =>
    Effect.gen(function* () {
      const deep = `${"<a>".repeat(2_000)}${"</a>".repeat(2_000)}`
      const unread = [
        ["xml", deep],
        ["format", `select ${"1, ".repeat(40_000)}1`],
        ["format", `select 1 ${"/* a */".repeat(1_001)}`],
      ] as const
      for (const [type, text] of unread) {
        const { ok, undecided } = yield* judge(text, type, type === "format" ? { format: "sql" } : {})
        assert.deepStrictEqual([ok, undecided], [false, true], text.slice(0, 20))
      }
      assert.isUndefined((yield* judge("<a>", "xml")).undecided)
      assert.isUndefined((yield* judge("selct 1", "format", { format: "sql" })).undecided)
    }),
  )

  it.effect(
    "a million characters that look like the beginning of everything",
    () =>
      Effect.gen(function* () {
        const texts = [
          "eyJ",
          "sk-",
          "@",
          "1 ",
          "+1",
          "key=",
          "0:",
          "://a:",
          "DE89 ",
          "AKIA ",
          "token: ",
          "1.1.",
          "-----BEGIN PRIVATE KEY-----",
          "a.",
        ]
        for (const piece of texts) {
          const text = piece.repeat(Math.floor(1_000_000 / piece.length))
          for (const find of [findSecrets, findPersonalData, findRefusal]) {
            const { ms } = yield* timed(Effect.sync(() => find(text)))
            assert.isBelow(ms, bound, `${find.name} ${piece}`)
          }
        }
        const words = "one two three ".repeat(70_000)
        const { ms } = yield* timed(
          judge(words, "no_prompt_leak", {}, { request: { system: "one two three ".repeat(20_000) } }),
        )
        assert.isBelow(ms, bound)
      }),
    60_000,
  )
})
