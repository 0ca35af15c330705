import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { foldCall, type LlmResponse, type Middleware, stages } from "../src/index.ts"
import {
  again,
  answer,
  bad,
  collect,
  generate,
  good,
  ill,
  judged,
  middleware,
  plug,
  reasonOf,
  provider,
  saying,
  validator,
} from "./stubs.ts"

const ways = {
  generate,
  stream: (...args: Parameters<typeof generate>) => Effect.map(collect(...args), foldCall),
} as const

/** Notes each join point as it is passed. */
const noting = (log: Array<string>, name: string, stage: Middleware["stage"]) => {
  const note = (what: string) => Effect.sync(() => void log.push(`${what} ${name}`))
  return middleware({
    name,
    stage,
    request: (current) => Effect.as(note("request"), current),
    attempt: (current, _, next) => Effect.ensuring(Effect.andThen(note("in"), next(current)), note("out")),
    response: (current) => Effect.as(note("response"), current),
  })
}

describe("the order is that of the stages, whatever the order of the list", () => {
  for (const way of ["generate", "stream"] as const) {
    it.effect(way, () =>
      Effect.gen(function* () {
        const log: Array<string> = []
        const plugins = stages.map((stage) => noting(log, `of ${stage}`, stage))
        for (const list of [plugins, plugins.toReversed()]) {
          log.length = 0
          yield* ways[way]([plug("provider", saying("x")), ...list])
          const inwards = stages.map((stage) => `of ${stage}`)
          assert.deepStrictEqual(log, [
            ...inwards.map((name) => `request ${name}`),
            ...inwards.map((name) => `in ${name}`),
            ...inwards.toReversed().map((name) => `out ${name}`),
            ...inwards.toReversed().map((name) => `response ${name}`),
          ])
        }
      }),
    )

    it.effect(`${way}: within a stage by name; requests before cache before route; attempts once per attempt`, () =>
      Effect.gen(function* () {
        const log: Array<string> = []
        const note = (what: string) => Effect.sync(() => void log.push(what))
        const cache = plug("cache", {
          lookup: () => Effect.as(note("lookup"), undefined),
          store: () => note("store"),
          invalidate: () => Effect.succeed(0),
          stats: Effect.die("unused"),
        })
        const route = { candidates: [{ provider: "p", model: "m" }], strategy: "own", reasons: [] } as const
        const router = plug("router", { route: () => Effect.as(note("route"), route) })
        let calls = 0
        const flaky = provider({
          generate: () => Effect.suspend(() => (++calls === 1 ? Effect.fail(ill()) : Effect.succeed(answer("x")))),
        })
        const list = [noting(log, "b", "fit"), noting(log, "a", "fit")]
        yield* ways[way]([plug("provider", flaky), router, cache, again(2), ...list])
        assert.deepStrictEqual(log, [
          "request a",
          "request b",
          "lookup",
          "route",
          "in a",
          "in b",
          "out b",
          "out a",
          "in a",
          "in b",
          "out b",
          "out a",
          "response b",
          "response a",
          "store",
        ])
      }),
    )
  }
})

describe("what middleware may do, for generate and stream alike", () => {
  for (const way of ["generate", "stream"] as const) {
    const call = ways[way]
    it.effect(`${way}: decisions and warnings of every join point reach the answer`, () =>
      Effect.gen(function* () {
        const say = (where: string, context: Parameters<NonNullable<Middleware["response"]>>[2]) => {
          context.decide("mine", where)
          context.warn({ type: "other", message: where })
        }
        const talking = middleware({
          request: (current, context) => Effect.sync(() => (say("request", context), current)),
          attempt: (current, _, next, context) => Effect.suspend(() => (say("attempt", context), next(current))),
          response: (current, _, context) => Effect.sync(() => (say("response", context), current)),
        })
        const { route, warnings } = yield* call([plug("provider", saying("x")), talking])
        assert.deepStrictEqual(
          route.decisions.map(({ by, what }) => [by, what]),
          [
            ["mine", "request"],
            ["mine", "attempt"],
            ["mine", "response"],
          ],
        )
        assert.deepStrictEqual(warnings.map(({ message }) => message).sort(), ["attempt", "request", "response"])
      }),
    )

    it.effect(`${way}: an attempt may ask twice, or not at all`, () =>
      Effect.gen(function* () {
        let calls = 0
        const counted = plug("provider", provider({ generate: () => Effect.sync(() => answer(`${++calls}`)) }))
        const twice = middleware({ attempt: (current, _, next) => Effect.andThen(next(current), next(current)) })
        assert.deepStrictEqual((yield* call([counted, twice])).content, answer("2").content)
        const never = middleware({ attempt: () => Effect.succeed({ _tag: "Whole", response: answer("own") }) })
        assert.deepStrictEqual((yield* call([counted, never])).content, answer("own").content)
        assert.strictEqual(calls, 2)
      }),
    )

    it.effect(`${way}: response is not asked about an answer that is not valid`, () =>
      Effect.gen(function* () {
        let asked = 0
        const asking = middleware({ response: (current) => Effect.sync(() => (asked++, current)) })
        const plugins = [plug("provider", saying("x")), asking]
        yield* Effect.flip(
          call(
            [
              ...plugins,
              plug(
                "validator",
                validator(() => bad()),
              ),
            ],
            judged,
          ),
        )
        assert.strictEqual(asked, 0)
        yield* call(
          [
            ...plugins,
            plug(
              "validator",
              validator(() => good),
            ),
          ],
          judged,
        )
        assert.strictEqual(asked, 1)
      }),
    )

    it.effect(`${way}: what a request becomes is what the provider and the response join point see`, () =>
      Effect.gen(function* () {
        const seen: Array<number | undefined> = []
        const amending = middleware({
          request: (current) => Effect.succeed({ ...current, seed: 9 }),
          response: (current: LlmResponse, amended) => Effect.sync(() => (seen.push(amended.seed), current)),
        })
        const spy = provider({ generate: ({ seed }) => Effect.sync(() => (seen.push(seed), answer("x"))) })
        yield* call([plug("provider", spy), amending])
        assert.deepStrictEqual(seen, [9, 9])
      }),
    )
  }
})

it.effect("validators that middleware asks for judge the answer", () =>
  Effect.gen(function* () {
    const asks = middleware({
      stage: "guard",
      request: (request) => Effect.succeed({ ...request, policy: { validators: [{ type: "v" }] } }),
    })
    const plugins = [
      plug("provider", saying("x")),
      plug(
        "validator",
        validator(() => bad()),
      ),
      asks,
    ]
    assert.strictEqual((yield* reasonOf(generate(plugins)))._tag, "OutputInvalid")
  }),
)
