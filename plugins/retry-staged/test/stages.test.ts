import { assert, describe, it } from "@effect/vitest"
import type { LlmRequestInput, LlmResponse } from "@switchyard/core"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { stagedRetry } from "../src/index.ts"
import { answer, failed, generate, judge, judged, judgedWith, plug, scripted, sent, text } from "./stubs.ts"

/** The configuration that users bring with them, as it stands in their files. */
const asItStands = {
  retry_config: { max_attempts: 5, debug_mode: false },
  max_attempts_before_tool_use: 2,
  max_attempts_before_human: 4,
  debug_tool_name: "perplexity-ask",
  debug_tool_mcp_config: { mcpServers: { "perplexity-ask": { command: "node", args: ["tool.js"], env: {} } } },
  original_user_prompt: "kept for validators that judge the answer against the question",
}

const camelCased = {
  maxAttempts: 5,
  maxAttemptsBeforeToolUse: 2,
  maxAttemptsBeforeHuman: 4,
  debugToolName: "perplexity-ask",
  debugToolMcpConfig: { mcpServers: { "perplexity-ask": { command: "node", args: ["tool.js"], env: {} } } },
}

const person = plug("escalation", {
  escalate: (reason, failure) => Effect.succeed(answer(text(`${failure._tag}: ${reason}`))),
})

const warningsOf = ({ warnings }: LlmResponse) => warnings.map(({ message }) => message)

describe("stages", () => {
  for (const [name, config] of [
    ["as users' files have it", asItStands],
    ["in camelCase", camelCased],
  ] as const) {
    it.effect(`feedback, then the tool at attempt 3, then a person after attempt 4: ${name}`, () =>
      Effect.gen(function* () {
        const { plugin, seen } = scripted(["bad"])
        const response = yield* generate([plugin, judge(), person, stagedRetry()], judgedWith(config))
        assert.strictEqual(seen.length, 4)
        const told = seen.map(({ messages }) => textOf(messages.at(-1)?.content ?? ""))
        assert.deepStrictEqual(
          told.map((said) => /use the tool "perplexity-ask"/.test(said)),
          [false, false, true, true],
        )
        const servers = config === asItStands ? asItStands.debug_tool_mcp_config.mcpServers : undefined
        assert.deepStrictEqual(
          seen.map(({ providerData }) => providerData?.["mcp"]),
          [
            undefined,
            undefined,
            ...[1, 2].map(() => ({ servers: servers ?? camelCased.debugToolMcpConfig.mcpServers })),
          ],
        )
        assert.deepStrictEqual(
          response.content,
          text("Rejected: 4 answers were rejected, the last one because: not good"),
        )
        assert.deepStrictEqual(warningsOf(response), [])
        assert.deepStrictEqual(
          response.route.decisions.map(({ by, what }) => `${by}: ${what}`),
          [
            "retry: with feedback: 1 rejected",
            "retry: p/m again in 0 ms",
            'retry: with feedback: 2 rejected, the tool "perplexity-ask" is offered',
            "retry: p/m again in 0 ms",
            'retry: with feedback: 3 rejected, the tool "perplexity-ask" is offered',
            "retry: p/m again in 0 ms",
            "escalation: 4 answers were rejected, the last one because: not good",
          ],
        )
      }),
    )
  }

  it.effect("between the tool and the person a stronger model is asked, with all of the conversation", () =>
    Effect.gen(function* () {
      const [weak, strong] = [scripted(["weak"], "p"), scripted(["strong 1", "strong 2"], "q")]
      const options = {
        maxAttemptsBeforeToolUse: 1,
        debugToolName: "look",
        maxAttemptsBeforeStrongerModel: 2,
        strongerModel: "q/large/v2",
        maxAttemptsBeforeHuman: 4,
      }
      const plugins = [weak.plugin, strong.plugin, judge(), person, stagedRetry(options)]
      const response = yield* generate(plugins, judged)
      assert.deepStrictEqual(
        response.route.attempts.map(({ candidate }) => `${candidate.provider}/${candidate.model}`),
        ["p/m", "p/m", "q/large/v2", "q/large/v2"],
      )
      const first = sent(strong.seen, 0)
      assert.strictEqual(first.model, "large/v2")
      const said = first.messages.map(({ role, content }) => `${role} ${textOf(content).slice(0, 8)}`)
      assert.deepStrictEqual(said, ["user hi", "assistant weak", "user Your ans", "assistant weak", "user Your ans"])
      assert.deepStrictEqual(
        first.messages.flatMap((message) => (message.role === "assistant" ? [message.origin] : [])),
        [
          { provider: "p", model: "m" },
          { provider: "p", model: "m" },
        ],
      )
      assert.include(textOf(response.content), "4 answers were rejected")
    }),
  )

  it.effect("a stronger model that is not installed, or is the same, is no stage; the first is a warning", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted(["bad", "bad", "good"])
      const options = { strongerModel: "q/large", maxAttemptsBeforeStrongerModel: 1 }
      const response = yield* generate([plugin, judge(), stagedRetry()], judgedWith(options))
      assert.strictEqual(seen.length, 3)
      assert.deepStrictEqual(warningsOf(response), [
        'the stronger model q/large was not asked: no provider "q" is installed',
      ])
      const same = scripted(["bad", "bad", "good"])
      const own = { strongerModel: "p/m", maxAttemptsBeforeStrongerModel: 1 }
      assert.deepStrictEqual(warningsOf(yield* generate([same.plugin, judge(), stagedRetry(own)], judged)), [])
    }),
  )

  it.effect("a stronger model has attempts of its own; once they are spent, another candidate stays with itself", () =>
    Effect.gen(function* () {
      const all = ["p", "q", "r"].map((id) => scripted(["bad"], id))
      const failover = plug("failover", {
        run: ([first], dispatch) =>
          Effect.catchTag(dispatch(first), "LlmError", () => dispatch({ provider: "r", model: "m" })),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      const options = { maxAttempts: 2, strongerModel: "q/m", maxAttemptsBeforeStrongerModel: 1, maxTotalAttempts: 9 }
      const plugins = [...all.map(({ plugin }) => plugin), judge(), failover, stagedRetry(options)]
      yield* Effect.flip(generate(plugins, judged))
      assert.deepStrictEqual(
        all.map(({ seen }) => seen.length),
        [1, 2, 2],
      )
    }),
  )

  it.effect("the next candidate begins with the feedback and the tools of the stage", () =>
    Effect.gen(function* () {
      const one = scripted(["bad one", "worse one"])
      const two = scripted([failed("Overloaded")], "q")
      const three = scripted(["good"], "r")
      const failover = plug("failover", {
        run: ([first], dispatch) =>
          Effect.catchTag(dispatch(first), "LlmError", () =>
            Effect.catchTag(dispatch({ provider: "q", model: "m" }), "LlmError", () =>
              dispatch({ provider: "r", model: "m" }),
            ),
          ),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      const servers = { look: { command: "node" } }
      const options = {
        maxAttempts: 2,
        maxAttemptsBeforeToolUse: 1,
        debugToolName: "look",
        debugToolMcpConfig: { mcpServers: servers },
        perKind: { Overloaded: 0 },
      }
      const plugins = [one.plugin, two.plugin, three.plugin, judge(), failover, stagedRetry(options)]
      yield* generate(plugins, judged)
      for (const { seen } of [two, three]) {
        const { messages, providerData } = sent(seen, 0)
        assert.deepStrictEqual(
          messages.map(({ role }) => role),
          ["user", "assistant", "user", "assistant", "user"],
        )
        const said = messages.map(({ content }) => textOf(content))
        assert.deepStrictEqual([said[1], said[3]], ["bad one", "worse one"])
        assert.match(said[4] ?? "", /1\. v: not good\.\n.*use the tool "look"/)
        assert.deepStrictEqual(providerData, { mcp: { servers } })
      }
    }),
  )

  it.effect("a candidate that was given feedback and then fails leaves it to the next one", () =>
    Effect.gen(function* () {
      const one = scripted(["bad", failed("Forbidden")])
      const two = scripted(["good"], "q")
      const failover = plug("failover", {
        run: ([first], dispatch) =>
          Effect.catchTag(dispatch(first), "LlmError", () => dispatch({ provider: "q", model: "m" })),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      yield* generate([one.plugin, two.plugin, judge(), failover, stagedRetry()], judged)
      assert.deepStrictEqual(sent(two.seen, 0).messages, sent(one.seen, 1).messages)
      assert.lengthOf(sent(two.seen, 0).messages, 3)
    }),
  )

  it.effect("one answer is one", () =>
    Effect.gen(function* () {
      const { plugin } = scripted(["bad"])
      const response = yield* generate([plugin, judge(), person, stagedRetry({ maxAttemptsBeforeHuman: 1 })], judged)
      assert.deepStrictEqual(response.content, text("Rejected: 1 answer was rejected because: not good"))
    }),
  )

  it.effect("stages count rejected answers: an outage calls nobody", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted([failed("RateLimited"), failed("Overloaded"), failed("RateLimited"), "good"])
      const options = { maxAttempts: 9, baseMs: 0, maxAttemptsBeforeToolUse: 1, debugToolName: "look" }
      const response = yield* generate(
        [plugin, judge(), person, stagedRetry({ ...options, maxAttemptsBeforeHuman: 2 })],
        judged,
      )
      assert.deepStrictEqual([response.content, seen.length], [text("good"), 4])
      assert.strictEqual(sent(seen, 3).messages.length, 1)
    }),
  )

  it.effect("with attempts spent and no person asked for, the verdicts are the failure", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted(["bad"])
      const error = yield* Effect.flip(generate([plugin, judge(), person, stagedRetry()], judged))
      assert.deepStrictEqual([error.reason._tag, seen.length], ["OutputInvalid", 3])
      const none = scripted(["bad"])
      const stopped = generate([none.plugin, judge(), stagedRetry({ perKind: { OutputInvalid: 0 } })], judged)
      assert.strictEqual((yield* Effect.flip(stopped)).reason._tag, "OutputInvalid")
      assert.strictEqual(none.seen.length, 1)
    }),
  )

  it.effect("with nobody at the end it is HumanReviewRequired", () =>
    Effect.gen(function* () {
      const { plugin } = scripted(["bad"])
      const call = generate([plugin, judge(), stagedRetry({ maxAttemptsBeforeHuman: 1 })], judged)
      assert.strictEqual((yield* Effect.flip(call)).reason._tag, "HumanReviewRequired")
    }),
  )
})

describe("the tool's MCP configuration", () => {
  const third = Effect.fnUntraced(function* (
    config: Record<string, unknown>,
    providerData: LlmRequestInput["providerData"] = undefined,
  ) {
    const { plugin, seen } = scripted(["bad", "good"])
    const input = { ...judgedWith({ maxAttemptsBeforeToolUse: 1, ...config }), providerData }
    yield* generate([plugin, judge(), stagedRetry()], input)
    return sent(seen, 1).providerData
  })
  const servers = { box: { command: "node", args: ["box.js"] } }

  it.effect("a tool of a server is offered alone; one that is named by its server is the whole server", () =>
    Effect.gen(function* () {
      const one = yield* third({ debugToolName: "lookup", debugToolMcpConfig: { mcpServers: servers } })
      assert.deepStrictEqual(one, { mcp: { servers, only: ["lookup"] } })
      const whole = yield* third({ debugToolName: "box", debugToolMcpConfig: servers })
      assert.deepStrictEqual(whole, { mcp: { servers } })
      assert.isUndefined(yield* third({ debugToolName: "lookup" }))
    }),
  )

  it.effect("what the call has already stays: its servers, its tools, its providers' data", () =>
    Effect.gen(function* () {
      const mine = { mine: { url: "https://example.com/mcp" } }
      const config = { debugToolName: "lookup", debugToolMcpConfig: { servers } }
      assert.deepStrictEqual(yield* third(config, { p: { a: 1 }, mcp: { servers: mine, timeoutMs: 5 } }), {
        p: { a: 1 },
        mcp: { servers: { ...mine, ...servers }, timeoutMs: 5 },
      })
      assert.deepStrictEqual(yield* third(config, { mcp: { servers: mine, only: ["a"] } }), {
        mcp: { servers: { ...mine, ...servers }, only: ["a", "lookup"] },
      })
    }),
  )
})

describe("one call's own settings", () => {
  const responseTo = (retry: Record<string, unknown>, options: Parameters<typeof stagedRetry>[0] = {}) => {
    const { plugin, seen } = scripted(["bad", "good"])
    const call = generate([plugin, judge(), stagedRetry(options)], judgedWith(retry))
    return Effect.map(call, (response) => ({ warnings: warningsOf(response), seen }))
  }

  it.effect("they hold over the plugin's, kind by kind", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted([failed("Network"), failed("Network"), failed("Overloaded"), "good"])
      const options = { perKind: { Network: 0, Overloaded: 0 }, baseMs: 0 }
      const input = judgedWith({ max_attempts: 9, perKind: { Network: 2 } })
      const error = yield* Effect.flip(generate([plugin, judge(), stagedRetry(options)], input))
      assert.deepStrictEqual([error.reason._tag, seen.length], ["Overloaded", 3])
    }),
  )

  it.effect("an unknown key is named with the nearest known one, in the spelling of the file", () =>
    Effect.gen(function* () {
      const { warnings } = yield* responseTo({
        max_attemps: 5,
        maxAttemptBeforeHuman: 2,
        retry_config: { debugg_mode: true },
        zzz: 1,
      })
      assert.deepStrictEqual(warnings, [
        'policy.retry.max_attemps is no setting of a retry and was ignored; did you mean "max_attempts"?',
        'policy.retry.maxAttemptBeforeHuman is no setting of a retry and was ignored; did you mean "maxAttemptsBeforeHuman"?',
        'policy.retry.debugg_mode is no setting of a retry and was ignored; did you mean "debug_mode"?',
        "policy.retry.zzz is no setting of a retry and was ignored",
      ])
    }),
  )

  it.effect("a wrong value is a warning with its field, and the plugin's setting holds", () =>
    Effect.gen(function* () {
      const wrong: ReadonlyArray<readonly [config: Record<string, unknown>, says: RegExp]> = [
        [{ max_attempts: 0 }, /policy\.retry\.max_attempts is wrong and was ignored: .*between 1 and 100/],
        [{ max_attempts: "five" }, /policy\.retry\.max_attempts is wrong and was ignored/],
        [{ baseMs: -1 }, /policy\.retry\.baseMs is wrong and was ignored/],
        [{ perKind: { RateLimitted: 1 } }, /no kind of error \(did you mean "RateLimited"\?\).*RateLimitted/],
        [{ retry_config: 5 }, /policy\.retry\.retry_config is no object and was ignored/],
        [{ strongerModel: "gpt" }, /strongerModel is wrong.*provider\/model/],
        [
          { debug_tool_name: "x", debug_tool_mcp_config: { mcpServers: { x: "node" } } },
          /debug_tool_mcp_config is wrong.*the server "x"/,
        ],
        [{ max_attempts: 3, max_attempts_before_human: 4 }, /maxAttemptsBeforeHuman \(4\) is never reached/],
        [{ max_attempts_before_tool_use: 2 }, /maxAttemptsBeforeToolUse has no effect without debugToolName/],
      ]
      for (const [config, says] of wrong) {
        const { warnings, seen } = yield* responseTo(config)
        assert.strictEqual(warnings.length, 1, JSON.stringify(config))
        assert.match(warnings[0] ?? "", says)
        assert.strictEqual(seen.length, 2)
      }
      assert.deepStrictEqual((yield* responseTo({ debug_tool_name: null })).warnings, [])
    }),
  )

  it.effect("settings that contradict each other or the plugin's are left out, and the plugin's own hold", () =>
    Effect.gen(function* () {
      const attempts = Effect.fnUntraced(function* (config: Record<string, unknown>, options = {}) {
        const { plugin, seen } = scripted(["bad"])
        const call = generate([plugin, judge(), person, stagedRetry(options)], judgedWith(config))
        const said = yield* Effect.match(call, {
          onFailure: ({ reason }) => reason._tag,
          onSuccess: (response) => warningsOf(response).join("; "),
        })
        return [seen.length, said] as const
      })
      const never = { max_attempts: 3, max_attempts_before_human: 4 }
      assert.deepStrictEqual(yield* attempts(never, { maxAttemptsBeforeHuman: 2 }), [
        2,
        "policy.retry.maxAttemptsBeforeHuman (4) is never reached: there are at most 3 attempts, and was ignored",
      ])
      // A call that wants fewer attempts than the plugin's stages need gets them.
      const few = yield* attempts({ max_attempts: 2 }, { maxAttempts: 5, maxAttemptsBeforeHuman: 4 })
      assert.deepStrictEqual(few, [2, "OutputInvalid"])
      const wrong = { baseMs: 30_000, debug_tool_name: "x", max_attempts: 2, max_total_attempts: 1 }
      const [count, reason] = yield* attempts(wrong, { maxAttempts: 4, perKind: { OutputInvalid: 2 } })
      assert.deepStrictEqual([count, reason], [2, "OutputInvalid"])
    }),
  )

  it.effect("each slip is told once per call, however often it fails", () =>
    Effect.gen(function* () {
      const { plugin } = scripted(["bad", "bad", "bad", "good"])
      const response = yield* generate([plugin, judge(), stagedRetry({ maxAttempts: 9 })], judgedWith({ tries: 5 }))
      assert.strictEqual(response.warnings.length, 1)
    }),
  )
})
