import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type AttemptFailure, type JsonObject, type LlmRequest, type RetryDecision } from "../src/index.ts"
import {
  again,
  answer,
  bad,
  collect,
  embed,
  endingAt,
  generate,
  good,
  ill,
  inTurn,
  judged,
  listening,
  plug,
  provider,
  reasonOf,
  request,
  retrying,
  saying,
  validator,
} from "./stubs.ts"

/** Fails `times` times, then answers. */
const flaky = (times: number, id = "p") => {
  let calls = 0
  return provider({
    id,
    generate: () =>
      Effect.suspend(() => (++calls <= times ? Effect.fail(ill()) : Effect.succeed(answer(`answer ${calls}`)))),
  })
}

describe("again", () => {
  it.effect("waits exactly the delay, for generate and stream", () =>
    Effect.gen(function* () {
      yield* endingAt(200, generate([plug("provider", flaky(2)), again(3, 100)]))
      yield* endingAt(200, collect([plug("provider", flaky(2)), again(3, 100)]))
    }),
  )

  it.effect("what amend makes of the request is what is sent, and amendments add up", () =>
    Effect.gen(function* () {
      const { plugin, seen } = listening(flaky(2))
      const amend = (r: LlmRequest): LlmRequest => ({ ...r, seed: (r.seed ?? 0) + 1 })
      const retry = retrying((_, attempts) => (attempts < 3 ? { _tag: "Retry", delayMs: 0, amend } : { _tag: "Stop" }))
      yield* generate([plugin, retry])
      assert.deepStrictEqual(
        seen.map(({ seed, model }) => [seed, model]),
        [
          [undefined, "m"],
          [1, "m"],
          [2, "m"],
        ],
      )
    }),
  )

  it.effect(
    "the policy is told the failure and a history that spans candidates; the next candidate gets the original request",
    () =>
      Effect.gen(function* () {
        const told: Array<readonly [AttemptFailure["_tag"], ReadonlyArray<string>]> = []
        const { plugin, seen } = listening(flaky(0, "b"))
        const retry = plug("retry", {
          next: (failure, history) =>
            Effect.sync((): RetryDecision => {
              told.push([failure._tag, history.map(({ candidate, outcome }) => `${candidate.provider} ${outcome}`)])
              return history.length < 2
                ? { _tag: "Retry", delayMs: 0, amend: (r) => ({ ...r, seed: 7 }) }
                : { _tag: "Stop" }
            }),
        })
        const judge = plug(
          "validator",
          validator(() => bad()),
        )
        const plugins = [plug("provider", flaky(9, "a")), plugin, retry, inTurn(), judge]
        const input = { ...judged, model: "x" }
        const error = yield* Effect.flip(generate(plugins, input, { routes: { x: ["a/m", "b/m"] } }))
        assert.deepStrictEqual(told, [
          ["Failed", ["a failed"]],
          ["Failed", ["a failed", "a failed"]],
          ["Rejected", ["a failed", "a failed", "b rejected"]],
        ])
        assert.strictEqual(seen[0]?.seed, undefined)
        assert.strictEqual(error.context.route?.attempts.length, 3)
      }),
  )

  it.effect("the error counts attempts from 1", () =>
    Effect.gen(function* () {
      for (const times of [1, 2, 3]) {
        const error = yield* Effect.flip(generate([plug("provider", flaky(9)), again(times)]))
        assert.strictEqual(error.context.attempt, times)
        const streamed = yield* Effect.flip(collect([plug("provider", flaky(9)), again(times)]))
        assert.strictEqual(streamed.context.attempt, times)
      }
    }),
  )

  it.effect("embeddings are retried too", () =>
    Effect.gen(function* () {
      let calls = 0
      const vectors = { vectors: [new Float32Array([1])], dimensions: 1, model: "m", usage: { input: {}, output: {} } }
      const one = provider({
        embed: () => Effect.suspend(() => (++calls < 3 ? Effect.fail(ill()) : Effect.succeed(vectors))),
      })
      const response = yield* embed([plug("provider", one), again(3)])
      assert.deepStrictEqual(
        response.route.attempts.map(({ outcome }) => outcome),
        ["failed", "failed", "ok"],
      )
      assert.strictEqual(
        (yield* reasonOf(embed([plug("provider", one)], { model: "p/m", inputs: ["a", "b"] })))._tag,
        "InvalidResponse",
      )
    }),
  )
})

describe("verdicts", () => {
  it.effect("a rejected answer can be asked for again, and every attempt carries its verdict", () =>
    Effect.gen(function* () {
      const judge = plug(
        "validator",
        validator((text) => (text === "answer 2" ? good : bad())),
      )
      const response = yield* generate([plug("provider", flaky(0)), judge, again(2)], judged)
      assert.deepStrictEqual(response.content, [{ type: "text", text: "answer 2" }])
      assert.deepStrictEqual(
        response.route.attempts.map(({ outcome, verdict }) => [outcome, verdict?.ok]),
        [
          ["rejected", false],
          ["ok", true],
        ],
      )
    }),
  )

  it.effect("without another try it is OutputInvalid with the verdicts", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(
        generate(
          [
            plug("provider", flaky(0)),
            plug(
              "validator",
              validator(() => bad("too short")),
            ),
          ],
          judged,
        ),
      )
      assert.strictEqual(reason._tag, "OutputInvalid")
      if (reason._tag === "OutputInvalid") assert.deepStrictEqual(reason.verdicts, [bad("too short")])
      assert.match(reason.message, /too short/)
    }),
  )

  it.effect("several validators: all must agree, the lowest score and every issue count, the last repair is used", () =>
    Effect.gen(function* () {
      const repaired = [{ type: "text", text: "mended" }] as const
      const one = plug(
        "validator",
        validator(() => ({ ok: true, score: 0.4, issues: [{ validator: "a", message: "1" }], repaired }), "a"),
      )
      const two = plug(
        "validator",
        validator(() => ({ ok: true, score: 0.9, issues: [{ validator: "b", message: "2" }] }), "b"),
      )
      const input = { ...request, policy: { validators: [{ type: "a" }, { type: "b" }] } }
      const response = yield* generate([plug("provider", flaky(0)), one, two], input)
      assert.deepStrictEqual(response.content, repaired)
      assert.deepStrictEqual([response.verdict?.score, response.verdict?.issues.length], [0.4, 2])
    }),
  )

  it.effect("an unknown validator is named with its nearest before anything is sent; parameters reach make", () =>
    Effect.gen(function* () {
      const made: Array<readonly [string, JsonObject]> = []
      const factory = plug("validator", {
        names: ["json-schema"],
        make: (name, params) =>
          Effect.sync(() => (made.push([name, params]), { validate: () => Effect.succeed(good) })),
      })
      const { plugin, seen } = listening(saying("x"))
      const asking = (type: string) => ({ ...request, policy: { validators: [{ type, params: { strict: true } }] } })
      for (const call of [
        generate([plugin, factory], asking("json-shema")),
        Effect.asVoid(collect([plugin, factory], asking("json-shema"))),
      ]) {
        const reason = yield* reasonOf(Effect.asVoid(call))
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.match(reason.message, /no validator "json-shema" \(did you mean "json-schema"\?\)/)
      }
      assert.match((yield* reasonOf(generate([plugin], asking("x")))).message, /no validator plugin is installed/)
      assert.deepStrictEqual(seen, [])
      yield* generate([plugin, factory], asking("json-schema"))
      assert.deepStrictEqual(made, [["json-schema", { strict: true }]])
    }),
  )
})

describe("escalation", () => {
  const spent = retrying(() => ({ _tag: "Escalate", reason: "spent" }))
  it.effect("its answer is the call's answer", () =>
    Effect.gen(function* () {
      const person = plug("escalation", {
        escalate: (reason, failure) => Effect.succeed(answer(`${reason}: ${failure._tag}`)),
      })
      for (const input of [request, { ...request, policy: { stream: "hold" } as const }]) {
        const response = yield* generate([plug("provider", flaky(9)), spent, person], input)
        assert.deepStrictEqual(response.content, [{ type: "text", text: "spent: Failed" }])
        assert.deepStrictEqual(
          response.route.decisions.map(({ by, what }) => [by, what]),
          [["escalation", "spent"]],
        )
      }
    }),
  )
  it.effect("with nobody there it is HumanReviewRequired", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* reasonOf(generate([plug("provider", flaky(9)), spent])))._tag, "HumanReviewRequired")
    }),
  )
})
