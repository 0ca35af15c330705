import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  type LlmError,
  type LlmRequestInput,
  type Provider,
  type Rescue,
  type StreamContract,
  type StreamPart,
} from "../src/index.ts"
import { collect, delta, finish, ill, inTurn, plug, provider, recorder } from "./stubs.ts"

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
const candidate = { provider: "b", model: "m" }

const rescuing = (rescue: Rescue) => inTurn(() => Effect.succeed(rescue))
const resume: Rescue = { _tag: "Resume", candidate }
const restart: Rescue = { _tag: "Restart", candidates: [candidate] }
const asking = (contract: StreamContract, more: LlmRequestInput["policy"] = {}): LlmRequestInput => ({
  model: "a/m",
  prompt: "hi",
  policy: { stream: contract, ...more },
})

describe("a rescue that fails", () => {
  for (const [contract, decision] of [
    ["restart", restart],
    ["resume", resume],
  ] as const) {
    it.effect(`${contract}: it is told, and every attempt is recorded once`, () =>
      Effect.gen(function* () {
        const { plugin, attempts } = recorder()
        const dead = provider({ id: "b", stream: () => Stream.fail(ill("b is down too")) })
        const plugins = [plug("provider", a(...half)), plug("provider", dead), rescuing(decision), plugin]
        const error: LlmError = yield* Effect.flip(collect(plugins, asking(contract)))
        // Who could not go on is in the trace; what the caller has is a cut answer.
        assert.strictEqual(error.reason._tag, contract === "resume" ? "Truncated" : "Overloaded")
        assert.deepStrictEqual(
          error.context.route?.attempts.map(({ outcome }) => outcome),
          ["failed", "failed"],
        )
        assert.deepStrictEqual(
          attempts().map(({ what, outcome }) => [what, outcome.interrupted ?? false]),
          [
            ["a/m", false],
            ["b/m", false],
          ],
        )
      }),
    )

    it.effect(`${contract}: the broken stream is let go before the next candidate is asked`, () =>
      Effect.gen(function* () {
        const log: Array<string> = []
        const note = (what: string) => Effect.sync(() => void log.push(what))
        const broken = provider({
          id: "a",
          stream: () =>
            Stream.ensuring(Stream.concat(Stream.fromArray([...half]), Stream.fail(ill())), note("a closed")),
        })
        const next = provider({
          id: "b",
          stream: () => Stream.unwrap(Effect.as(note("b asked"), Stream.fromArray([...rest]))),
        })
        const stalled = provider({
          id: "a",
          stream: () =>
            Stream.unwrap(
              Effect.as(
                Effect.acquireRelease(Effect.void, () => note("a closed")),
                Stream.concat(Stream.fromArray([...half]), Stream.fail(ill())),
              ),
            ),
        })
        for (const first of [broken, stalled]) {
          log.length = 0
          yield* collect([plug("provider", first), plug("provider", next), rescuing(decision)], asking(contract))
          assert.deepStrictEqual(log, ["a closed", "b asked"])
        }
      }),
    )
  }
})
