import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { type CallContext, type LlmRequest, type LlmRequestInput, mergeVerdicts, type Verdict } from "../src/index.ts"
import { generate, good, judged, listening, plug, provider, reasonOf, saying, validator } from "./stubs.ts"

/** A validator whose verdict is what the model "judge/m" says of the answer. */
const judge = (ask: (context: CallContext) => LlmRequestInput = () => ({ model: "judge/m", prompt: "good?" })) =>
  plug("validator", {
    names: ["v"],
    make: () =>
      Effect.succeed({
        validate: (_, __, context) =>
          Effect.map(context.ask(ask(context)), ({ content: [part] }) => {
            const ok = part?.type === "text" && part.text === "yes"
            return { ok, score: ok ? 1 : 0, issues: [] }
          }),
      }),
  })

describe("a call within a call", () => {
  it.effect("goes through the same stack, for the same tenant and tags, and shows in the trace", () =>
    Effect.gen(function* () {
      const { plugin, seen } = listening(saying("yes", "judge"))
      const plugins = [plug("provider", saying("hi")), plugin, judge()]
      const response = yield* generate(plugins, { ...judged, tenant: "acme", tags: { team: "a" } })
      assert.isTrue(response.verdict?.ok)
      const [asked] = seen
      assert.strictEqual(asked?.tenant, "acme")
      assert.deepStrictEqual(asked?.tags, { team: "a" })
      assert.strictEqual(response.route.attempts.length, 1)
      assert.match(response.route.decisions.map(({ what }) => what).join(), /asked judge\/.* within the call: answered/)
    }),
  )

  it.effect("has at most the time that the outer call has left", () =>
    Effect.gen(function* () {
      const silent = provider({ id: "judge", generate: () => Effect.never })
      const seen: Array<LlmRequest["policy"]> = []
      const watched = { ...silent, generate: (sent: LlmRequest) => (seen.push(sent.policy), Effect.never) }
      const plugins = [plug("provider", saying("hi")), plug("provider", watched), judge()]
      const call = reasonOf(generate(plugins, { ...judged, policy: { ...judged.policy, deadline: 5000 } }))
      const fiber = yield* Effect.forkChild(call)
      yield* TestClock.adjust(5001)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Timeout")
      assert.strictEqual(seen[0]?.deadline, 5000)
    }),
  )

  it.effect("its failure is the judge's, and the outer call says whom it asked", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(generate([plug("provider", saying("hi")), judge()], judged))
      const error = Exit.findErrorOption(exit)
      assert.strictEqual(error._tag === "Some" ? error.value.reason._tag : "", "NoRoute")
    }),
  )

  it.effect("judges that judge judges end", () =>
    Effect.gen(function* () {
      const depths: Array<number> = []
      const self = judge((context) => {
        depths.push(context.depth)
        return { ...judged, model: "p/m" }
      })
      const reason = yield* reasonOf(generate([plug("provider", saying("yes")), self], judged))
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.deepStrictEqual(depths, [0, 1, 2, 3])
    }),
  )
})

describe("validators made of validators", () => {
  const wrapping = plug(
    "validator",
    {
      names: ["not"],
      make: (_, params, lookup) =>
        Effect.map(lookup(String(params["of"]), {}), (inner) => ({
          validate: (response, request, context) =>
            Effect.map(inner.validate(response, request, context), (verdict) => ({ ...verdict, ok: !verdict.ok })),
        })),
    },
    "test-not",
  )
  const asking = (of: string): LlmRequestInput => ({
    ...judged,
    policy: { validators: [{ type: "not", params: { of } }] },
  })

  it.effect("find each other by name", () =>
    Effect.gen(function* () {
      const plugins = [plug("provider", saying("hi")), plug("provider", saying("no", "judge")), judge(), wrapping]
      assert.isTrue((yield* generate(plugins, asking("v"))).verdict?.ok)
    }),
  )

  it.effect("name what does not exist, and end where they hold themselves", () =>
    Effect.gen(function* () {
      const plugins = [plug("provider", saying("hi")), wrapping]
      assert.match((yield* reasonOf(generate(plugins, asking("nut")))).message, /did you mean "not"/)
      const endless = plug("validator", { names: ["x"], make: (_, __, lookup) => lookup("x", {}) })
      const reason = yield* reasonOf(
        generate([plug("provider", saying("hi")), endless], { ...judged, policy: { validators: [{ type: "x" }] } }),
      )
      assert.match(reason.message, /nested more than/)
    }),
  )
})

describe("several validators", () => {
  const naming = (name: string, judge: (text: string) => Verdict) => plug("validator", validator(judge, name), name)
  const asking: LlmRequestInput = { ...judged, policy: { validators: [{ type: "upper" }, { type: "short" }] } }
  const upper = naming("upper", (text) => ({ ...good, repaired: [{ type: "text", text: text.toUpperCase() }] }))

  it.effect("each judges what the ones before it made of the answer", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const short = naming("short", (text) => (seen.push(text), good))
      const response = yield* generate([plug("provider", saying("hi")), upper, short], asking)
      assert.deepStrictEqual(seen, ["HI"])
      assert.deepStrictEqual(response.content, [{ type: "text", text: "HI" }])
    }),
  )

  it.effect.each([{ score: Number.NaN }, { score: 50 }, { score: -1 }, { ok: "yes" }, { issues: undefined }])(
    "what is no verdict is its plugin's failure: %j",
    (wrong) =>
      Effect.gen(function* () {
        const given: unknown = { ...good, ...wrong }
        // Authors without types may give anything.
        const short = naming("short", () => given as Verdict)
        const reason = yield* reasonOf(generate([plug("provider", saying("hi")), upper, short], asking))
        assert.strictEqual(reason._tag, "PluginFailure")
        assert.match(reason.message, /"short"/)
      }),
  )

  it("merge to undecided only where nobody says no", () => {
    const bad: Verdict = { ok: false, score: 0, issues: [] }
    const unsure: Verdict = { ...bad, undecided: true }
    assert.isTrue(mergeVerdicts([good, unsure]).undecided)
    assert.isUndefined(mergeVerdicts([bad, unsure]).undecided)
    assert.isUndefined(mergeVerdicts([good, good]).undecided)
  })
})
