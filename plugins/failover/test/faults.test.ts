import { assert, describe, it } from "@effect/vitest"
import { foldCall, LlmError, type LlmResponse, type StreamContract, textOf } from "@switchyard/core"
import type { ReplyScript, Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import { type FailoverOptions, makeFailoverHandle } from "../src/index.ts"
import { collect, generate, stack, tried } from "./stubs.ts"
import { type Api, goesOn, onceMore, refusesPrefill, text, upstreamProvider, upstreamScoped } from "./upstreams.ts"

interface Row {
  readonly fault: string
  readonly primary: ReadonlyArray<ReplyScript>
  readonly backup?: ReplyScript
  readonly backupPrefills?: boolean
  /** What ideally comes of it: who answers with the whole text, or the reason. */
  readonly ideal: "primary" | "backup" | LlmError["reason"]["_tag"]
  /** Requests that the primary and the backup should have seen in `hold`. */
  readonly requests: readonly [primary: number, backup: number]
  readonly options?: FailoverOptions
  readonly also?: (primary: Upstream) => void
}

const words = { text, usage: { input: 7, output: 70 } }
const faulty = (fault: NonNullable<Exclude<ReplyScript, Function>["fault"]>): ReplyScript => ({ ...words, fault })
const cutAtTwoThirds = { resetAfterChunks: 40 }

/** For primaries that never go on: the others have all the time that a loaded machine may need. */
const impatient: FailoverOptions = { models: { "a/*": { timeouts: { firstContent: 200, idle: 200 } } } }

const table: ReadonlyArray<Row> = [
  {
    fault: "429 with Retry-After",
    primary: [faulty({ error: "rate_limit_exceeded", headers: { "retry-after-ms": "60" } }), words],
    ideal: "primary",
    requests: [2, 0],
    also: ({ requests: [first, second] }) => assert.isAtLeast((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0), 59),
  },
  { fault: "429 without", primary: [faulty({ error: "rate_limit_exceeded" })], ideal: "backup", requests: [1, 1] },
  { fault: "500 once", primary: [faulty({ status: 500 }), words], ideal: "primary", requests: [2, 0] },
  { fault: "503 for ever", primary: [faulty({ status: 503 })], ideal: "backup", requests: [1, 1] },
  { fault: "reset before headers", primary: [faulty({ resetBeforeHeaders: true })], ideal: "backup", requests: [1, 1] },
  {
    fault: "no response at all",
    primary: [faulty({ silent: true })],
    ideal: "backup",
    requests: [1, 1],
    options: impatient,
  },
  {
    fault: "slow first token",
    primary: [faulty({ firstChunkDelayMs: 60_000 })],
    ideal: "backup",
    requests: [1, 1],
    options: impatient,
  },
  { fault: "stream cut at two thirds", primary: [faulty(cutAtTwoThirds)], ideal: "backup", requests: [1, 1] },
  {
    fault: "stream stall",
    primary: [faulty({ stallAfterChunks: 40 })],
    ideal: "backup",
    requests: [1, 1],
    options: impatient,
  },
  { fault: "malformed chunk", primary: [faulty({ malformedChunkAt: 40 })], ideal: "backup", requests: [1, 1] },
  { fault: "missing terminator", primary: [faulty({ endAfterChunks: 60 })], ideal: "backup", requests: [1, 1] },
  {
    fault: "context length",
    primary: [faulty({ error: "context_length_exceeded" })],
    ideal: "backup",
    requests: [1, 1],
  },
  {
    fault: "content filter",
    primary: [faulty({ error: "content_filter" })],
    ideal: "ContentFiltered",
    requests: [1, 0],
  },
  {
    fault: "cut stream whose fallback rejects a prefilled answer",
    primary: [faulty(cutAtTwoThirds)],
    backup: refusesPrefill,
    backupPrefills: false,
    ideal: "backup",
    requests: [1, 1],
  },
]

const play = (row: Row, contract: StreamContract, api: Api) =>
  Effect.scoped(
    Effect.gen(function* () {
      const [primary, backup] = [yield* upstreamScoped, yield* upstreamScoped]
      primary.reply(...row.primary)
      primary.always(row.primary.at(-1) ?? {})
      backup.always(row.backup ?? goesOn)
      const plugins = [
        upstreamProvider("a", primary, api, { contextWindow: 8192 }),
        upstreamProvider("b", backup, api, { contextWindow: 128_000, acceptsPrefill: row.backupPrefills ?? true }),
        onceMore,
      ]
      const call = collect({ model: "two", prompt: "Say sixty words", policy: { stream: contract, deadline: 15_000 } })
      const result = yield* Effect.provide(Effect.result(call), stack(plugins, row.options))
      return { primary, backup, result, requests: [primary.requests.length, backup.requests.length] }
    }),
  )

const isWhole = (response: LlmResponse): void => {
  assert.strictEqual(textOf(response.content), text)
  assert.strictEqual(response.finish.unified, "stop")
}

describe("the classic faults, through the official client", () => {
  for (const row of table) {
    for (const api of ["chat", "responses"] as const) {
      it.live(`${row.fault} (${api}): hold ends as it ideally should`, () =>
        Effect.gen(function* () {
          const { primary, result, requests } = yield* play(row, "hold", api)
          if (row.ideal === "primary" || row.ideal === "backup") {
            assert(Result.isSuccess(result), String(Result.isFailure(result) && result.failure.message))
            const response = foldCall(result.success)
            isWhole(response)
            assert.strictEqual(response.provider, row.ideal === "primary" ? "a" : "b")
            assert.strictEqual(response.usage.output.total, 70)
          } else {
            assert(Result.isFailure(result))
            assert.strictEqual(result.failure.reason._tag, row.ideal)
          }
          assert.deepStrictEqual(requests, [...row.requests])
          row.also?.(primary)
        }),
      )
    }

    it.live(`${row.fault}: whatever the contract, no truncated answer is a success`, () =>
      Effect.gen(function* () {
        const contracts = ["fail", "resume", "restart"] as const
        const outcomes = yield* Effect.forEach(contracts, (contract) => play(row, contract, "chat"), {
          concurrency: "unbounded",
        })
        for (const { result } of outcomes) {
          if (Result.isSuccess(result)) isWhole(foldCall(result.success))
          else assert.instanceOf(result.failure, LlmError)
        }
        const [, resumed, restarted] = outcomes
        const rescued = row.ideal === "primary" || row.ideal === "backup"
        assert.strictEqual(
          restarted !== undefined && Result.isSuccess(restarted.result),
          rescued,
          "a restart saves what can be saved",
        )
        const continued = row.backupPrefills !== false
        assert.strictEqual(
          resumed !== undefined && Result.isSuccess(resumed.result),
          rescued && continued,
          "so does a candidate that goes on",
        )
      }),
    )
  }

  it.effect("a primary that flaps for a minute: served throughout, spared, probed, and back", () =>
    Effect.gen(function* () {
      const [primary, backup] = [yield* upstreamScoped, yield* upstreamScoped]
      let now = 0
      const up = (at: number) => at < 8000 || (at >= 24_000 && at < 28_000) || at >= 60_000
      primary.always(() => (up(now) ? words : { fault: { status: 503 } }))
      backup.always(words)
      const control = makeFailoverHandle()
      const states: Array<string> = []
      control.onTransition(({ model, to }) => states.push(`${model} ${to}`))
      const breaker = { minimumCalls: 3, window: { type: "count", size: 6 }, rampMs: 4000 } as const
      const layer = stack([upstreamProvider("a", primary, "chat"), upstreamProvider("b", backup, "chat")], {
        breaker,
        control,
      })
      const served = yield* Effect.provide(
        Effect.gen(function* () {
          const by: Array<string> = []
          for (; now < 80_000; now += 4000) {
            const response = yield* generate({ model: "two", prompt: "Say sixty words" })
            isWhole(response)
            by.push(response.provider)
            yield* TestClock.adjust(4000)
          }
          return by
        }),
        layer,
      )
      assert.strictEqual(served.length, 20)
      assert.isTrue(states.includes("a/m open") && states.includes("a/m half-open"))
      assert.strictEqual(states.at(-1), "a/m closed")
      assert.strictEqual(served.at(-1), "a", served.join(""))
      const whileDown = Array.from({ length: 20 }, (_, call) => call * 4000).filter((at) => !up(at)).length
      assert.isBelow(primary.requests.length - served.filter((by) => by === "a").length, whileDown)
    }).pipe(Effect.scoped),
  )

  it.live("failover accounting: the caller sees who answered and its usage; failed attempts stand apart", () =>
    Effect.gen(function* () {
      const [primary, backup] = [yield* upstreamScoped, yield* upstreamScoped]
      primary.always({ ...words, usage: { input: 1000, output: 2000 }, fault: cutAtTwoThirds })
      backup.always({ ...words, model: "the-backup-model" })
      const plugins = [upstreamProvider("a", primary, "chat"), upstreamProvider("b", backup, "chat")]
      for (const contract of ["hold", "restart"] as const) {
        const call = collect({ model: "two", prompt: "Say sixty words", policy: { stream: contract } })
        const response = foldCall(yield* Effect.provide(call, stack(plugins)))
        isWhole(response)
        assert.deepStrictEqual([response.provider, response.model], ["b", "the-backup-model"])
        assert.deepStrictEqual([response.usage.input.total, response.usage.output.total], [7, 70])
        const [failed, answered] = response.route.attempts
        assert.deepStrictEqual(tried(response.route.attempts), ["a failed", "b ok"])
        assert.strictEqual(failed?.error?.reason, "Truncated")
        assert.isUndefined(failed?.usage)
        assert.strictEqual(answered?.usage?.output.total, 70)
        assert.isAbove(failed?.firstContentMs ?? 0, 0)
      }
    }).pipe(Effect.scoped),
  )
})

describe("what the table does not hold", () => {
  it.live("an answer whose finish came is whole, though the stream's last mark did not", () =>
    Effect.gen(function* () {
      const row: Row = { fault: "", primary: [faulty({ missingTerminator: true })], ideal: "primary", requests: [1, 0] }
      const { result, requests } = yield* play(row, "hold", "chat")
      assert(Result.isSuccess(result))
      isWhole(foldCall(result.success))
      assert.deepStrictEqual(requests, [1, 0])
    }),
  )

  it.live("a fallback that claims to accept a partial answer and refuses it: a failure, never half an answer", () =>
    Effect.gen(function* () {
      const row: Row = {
        fault: "",
        primary: [faulty(cutAtTwoThirds)],
        backup: refusesPrefill,
        ideal: "backup",
        requests: [1, 1],
      }
      const { result } = yield* play(row, "resume", "chat")
      assert(Result.isFailure(result))
      assert.instanceOf(result.failure, LlmError)
    }),
  )

  it.live("a hedge's loser is cancelled down to its socket", () =>
    Effect.gen(function* () {
      const [primary, backup] = [yield* upstreamScoped, yield* upstreamScoped]
      primary.always(faulty({ firstChunkDelayMs: 60_000 }))
      backup.always(words)
      const plugins = [upstreamProvider("a", primary, "chat"), upstreamProvider("b", backup, "chat")]
      const layer = stack(plugins, { hedge: { delayMs: 50 } })
      for (const call of [
        generate({ model: "two", prompt: "hi" }),
        Effect.map(collect({ model: "two", prompt: "hi" }), foldCall),
      ]) {
        const before = primary.requests.length
        const response = yield* Effect.provide(call, layer)
        isWhole(response)
        assert.strictEqual(response.provider, "b")
        const request = yield* Effect.promise(() => primary.waitForRequest(before))
        assert.strictEqual(yield* Effect.promise(() => request.closed), "aborted")
      }
    }).pipe(Effect.scoped),
  )

  it.live("a caller who leaves cancels the request of whoever is asked", () =>
    Effect.gen(function* () {
      const [primary, backup] = [yield* upstreamScoped, yield* upstreamScoped]
      primary.always(faulty({ status: 503 }))
      backup.always(faulty({ silent: true }))
      const plugins = [upstreamProvider("a", primary, "chat"), upstreamProvider("b", backup, "chat")]
      const calling = Effect.provide(collect({ model: "two", prompt: "hi" }), stack(plugins))
      yield* Effect.raceFirst(
        calling,
        Effect.promise(() => backup.waitForRequest()),
      )
      assert.strictEqual(
        yield* Effect.promise(() => backup.requests[0]?.closed ?? Promise.reject(new Error("none"))),
        "aborted",
      )
    }).pipe(Effect.scoped),
  )
})
