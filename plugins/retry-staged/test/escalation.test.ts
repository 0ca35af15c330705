import { assert, describe, it } from "@effect/vitest"
import { type LlmRequestInput, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { stagedRetry } from "../src/index.ts"
import { generate, judge, plug, rejecting, scripted, text, type Options } from "./stubs.ts"

/** Each answer names the validator that rejects it; "good" is accepted. */
const byName = judge(({ content }) => {
  const said = textOf(content)
  return said === "good" ? undefined : rejecting(`not by ${said}`, { validator: said })
})

const person = plug("escalation", {
  escalate: (reason) =>
    Effect.succeed({
      content: text(`person: ${reason}`),
      finish: { unified: "stop" as const },
      usage: { input: {}, output: {} },
      warnings: [],
      model: "person",
    }),
})

const asked = (steps: ReadonlyArray<string>, options: Options, retry: Record<string, unknown> = {}) =>
  Effect.gen(function* () {
    const { plugin, seen } = scripted(steps)
    const policy: unknown = { validators: [{ type: "v" }], retry }
    const input: LlmRequestInput = {
      model: "p/m",
      prompt: "hi",
      policy: policy as NonNullable<LlmRequestInput["policy"]>,
    } // any JSON is what the tests are about
    const response = yield* generate([plugin, byName, person, stagedRetry(options)], input)
    return {
      said: textOf(response.content),
      attempts: seen.length,
      warnings: response.warnings.map((warning) => ("message" in warning ? warning.message : "")),
      decisions: response.route.decisions.filter(({ by }) => by === "escalation").map(({ what }) => what),
    }
  })

describe("escalation rules", () => {
  it.effect("the n-th rejection by one validator goes to a person, with the reason; others do not count", () =>
    Effect.gen(function* () {
      const rule = { escalateWhen: [{ validator: "agent_task", failures: 2 }], maxAttempts: 9 }
      const reason = 'the validator "agent_task" rejected 2 answers, the last one because: not by agent_task'
      const met = yield* asked(["agent_task", "length", "length", "agent_task", "good"], rule)
      assert.deepStrictEqual([met.said, met.attempts, met.decisions], [`person: ${reason}`, 4, [reason]])
      const unmet = yield* asked(["agent_task", "length", "length", "good"], rule)
      assert.deepStrictEqual([unmet.said, unmet.attempts, unmet.decisions], ["good", 4, []])
    }),
  )

  it.effect("without a number of their own, attempts are enough for the rule", () =>
    Effect.gen(function* () {
      const { said, attempts } = yield* asked(["x"], { escalateWhen: [{ validator: "x", failures: 5 }] })
      assert.match(said, /^person: the validator "x" rejected 5 answers/)
      assert.strictEqual(attempts, 5)
    }),
  )

  it.effect("one call brings rules of its own, in the spelling of users' files", () =>
    Effect.gen(function* () {
      const retry = { retry_config: { escalate_when: [{ validator: "x", failures: 1 }] } }
      const { said, attempts, warnings } = yield* asked(["x", "good"], {}, retry)
      assert.strictEqual(said, 'person: the validator "x" rejected 1 answer, the last one because: not by x')
      assert.deepStrictEqual([attempts, warnings], [1, []])
    }),
  )

  const wrong: ReadonlyArray<readonly [rule: unknown, says: RegExp]> = [
    [[{ validator: "x" }], /escalateWhen"?\]?.*failures/],
    [[{ validator: "", failures: 1 }], /escalateWhen.*validator/],
    [[{ validator: "x", failures: 0 }], /escalateWhen.*failures/],
    [[{ validator: "x", failures: 1, times: 2 }], /escalateWhen.*times/],
    [{ validator: "x", failures: 1 }, /escalateWhen/],
    [[{ validator: "x", failures: 9 }], /never reached: there are at most 3.*escalateWhen/],
  ]
  it.effect.each(wrong.map(([rule, says]) => ({ rule, says, name: JSON.stringify(rule) })))(
    "$name is refused when the stack is composed, and a warning with its field in one call",
    ({ rule, says }) =>
      Effect.gen(function* () {
        const made: unknown = { maxAttempts: 3, escalateWhen: rule }
        const error = yield* Effect.flip(asked(["good"], made as Options)) // as an author without types may write it
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.match(error.message, says)
        const { warnings } = yield* asked(["x", "good"], { maxAttempts: 3 }, { escalate_when: rule })
        assert.strictEqual(warnings.length, 1)
        assert.match(warnings[0] ?? "", /policy\.retry\.escalate/)
      }),
  )
})
