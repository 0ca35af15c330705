import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  type AnyPlugin,
  compose,
  type Contribution,
  contracts,
  definePlugin,
  LlmError,
  type PluginKind,
  Providers,
  type Reason,
} from "../src/index.ts"
import { generate, good, inTurn, middleware, plug, saying, type TestPlugin, validator } from "./stubs.ts"

const build = (plugins: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown> =>
  Effect.scoped(
    Layer.build(Layer.unwrap(Effect.sync(() => compose(plugins as ReadonlyArray<TestPlugin>)))), // as a JavaScript user may call it
  )

const refused = (plugins: ReadonlyArray<unknown>): Effect.Effect<LlmError, unknown> =>
  Effect.map(Effect.flip(build(plugins)), (error) => {
    assert.instanceOf(error, LlmError)
    return error as LlmError // asserted in the line above
  })

const refusal = (name: string, plugins: ReadonlyArray<unknown>, tag: Reason["_tag"], ...words: ReadonlyArray<RegExp>) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const error = yield* refused(plugins)
      assert.strictEqual(error.reason._tag, tag)
      for (const word of words) assert.match(error.message, word)
      assert.strictEqual(error.context.operation, "compose")
    }),
  )

const permutations = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  list.length < 2
    ? [list]
    : list.flatMap((head, at) => permutations(list.toSpliced(at, 1)).map((rest) => [head, ...rest]))

describe("order does not matter", () => {
  const traced = (name: string, stage: "guard" | "prompt") =>
    middleware({
      name,
      stage,
      request: (current, context) => Effect.sync(() => (context.decide(name, "seen"), current)),
    })
  it.effect("every order of the same plugins gives the same stack, answer and trace", () =>
    Effect.gen(function* () {
      const list = [
        plug("provider", saying("a", "a")),
        plug("provider", saying("b", "b")),
        traced("z", "guard"),
        traced("y", "prompt"),
        inTurn(),
      ]
      const outcomes = new Set<string>()
      for (const order of permutations(list)) {
        const response = yield* generate(order, { model: "b/m", prompt: "x" })
        const ids = yield* Effect.provide(
          Providers.use((p) => Effect.succeed(p.all.map(({ provider }) => provider.id))),
          compose(order),
        )
        outcomes.add(JSON.stringify([response, ids]))
      }
      assert.strictEqual(outcomes.size, 1)
      assert.match([...outcomes].join(""), /"by":"z".*"by":"y"/)
      assert.match([...outcomes].join(""), /\["a","b"\]/)
    }),
  )

  it.effect("also for two middlewares of one stage and name: refused, or in one order", () =>
    Effect.gen(function* () {
      const amending = (tag: string, plugin: string) =>
        plug(
          "middleware",
          {
            name: "same",
            stage: "prompt",
            request: (r) => Effect.succeed({ ...r, tags: { ...r.tags, last: tag } }),
            response: (r, q) => Effect.succeed({ ...r, id: q.tags?.last ?? "" }),
          },
          plugin,
        )
      const list = [plug("provider", saying("a", "p")), amending("one", "plugin-1"), amending("two", "plugin-2")]
      const outcomes = new Set<string>()
      for (const order of permutations(list)) {
        const result = yield* Effect.result(generate(order))
        outcomes.add(result._tag === "Success" ? (result.success.id ?? "") : result.failure.reason._tag)
      }
      assert.strictEqual(outcomes.size, 1, [...outcomes].join(" or "))
    }),
  )
})

describe("refused with a typed failure", () => {
  refusal(
    "two of a single kind",
    [inTurn(), inTurn()],
    "InvalidRequest",
    /one failover/,
    /test-failover and test-failover/,
  )
  refusal(
    "two providers with one id",
    [plug("provider", saying("a"), "x"), plug("provider", saying("b"), "y")],
    "InvalidRequest",
    /"p"/,
    /from x and y/,
    /another id/,
  )
  refusal(
    "two validators with one name",
    [
      plug(
        "validator",
        validator(() => good),
        "x",
      ),
      plug(
        "validator",
        validator(() => good),
        "y",
      ),
    ],
    "InvalidRequest",
    /"v"/,
    /x and y/,
  )

  const strict = definePlugin({
    manifest: { name: "strict", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({ id: Schema.String, pool: Schema.optionalKey(Schema.Struct({ size: Schema.Natural })) }),
    layer: ({ id }, key) => Layer.succeed(key, saying("x", id)),
  })
  const untyped: (options?: unknown) => unknown = strict as (options?: unknown) => unknown // as from JavaScript
  refusal(
    "an option of the wrong type",
    [untyped({ id: "a", pool: { size: "big" } })],
    "InvalidRequest",
    /options of strict/,
    /\["pool"\]\["size"\]/,
  )
  refusal("a missing option", [untyped()], "InvalidRequest", /options of strict/, /\["id"\]/)
  refusal("an unknown option", [untyped({ id: "a", colour: 1 })], "InvalidRequest", /\["colour"\]/)
  refusal("options that are no object", [untyped(5)], "InvalidRequest", /options of strict/)
  refusal(
    "a plugin that was not called",
    [strict],
    "PluginIncompatible",
    /strict was listed without calling it/,
    /parentheses/,
  )
  for (const value of [undefined, null, 1, "x", [], {}, () => 1, Promise.resolve()]) {
    refusal(
      `${Array.isArray(value) ? "[]" : String(value)} instead of a plugin`,
      [value],
      "PluginIncompatible",
      /not a plugin made by definePlugin/,
    )
  }
  for (const manifest of [null, undefined, 1, {}]) {
    refusal(`a manifest that is ${JSON.stringify(manifest)}`, [{ manifest, layer: Layer.empty }], "PluginIncompatible")
  }
  refusal("a manifest without a layer", [{ manifest: saying1().manifest }], "PluginIncompatible")
  const at = (contract: number, kind = "provider") => {
    const plugin = saying1()
    return { ...plugin, manifest: { ...plugin.manifest, contract, kind } }
  }
  refusal(
    "a contract too new",
    [at(contracts.provider + 1)],
    "PluginIncompatible",
    /needs contract 2/,
    /install a newer @switchyard\/core/,
  )
  refusal(
    "a contract too old",
    [at(contracts.provider - 2)],
    "PluginIncompatible",
    /contract -1/,
    /install a newer old-friend/,
  )
  refusal("a contract that is no number", [at(Number.NaN)], "PluginIncompatible")
  refusal("an unknown kind", [at(1, "oracle")], "PluginIncompatible", /kind "oracle"/, /newer @switchyard\/core/)
  refusal("a kind that every object has", [at(1, "constructor")], "PluginIncompatible", /kind "constructor"/)

  it.effect("the contract before the current one is accepted", () => build([at(contracts.provider - 1)]))
})

function saying1() {
  return plug("provider", saying("x"), "old-friend")
}

describe("a plugin that breaks while it is built is named", () => {
  const breaking = (kind: PluginKind, layer: () => Layer.Layer<never, LlmError>): AnyPlugin =>
    definePlugin({
      manifest: { name: "culprit", kind, contract: 1, permissions: [] },
      options: Schema.Struct({}),
      // Its layer brings nothing, whatever its type says: that is the point.
      layer: layer as unknown as () => Layer.Layer<Contribution<PluginKind>, LlmError>,
    })()
  const boom = () => {
    throw new Error("boom")
  }
  for (const kind of ["provider", "validator", "middleware", "cache", "router"] as const) {
    refusal(`${kind} whose layer function throws`, [breaking(kind, boom)], "PluginFailure", /culprit/, /boom/)
    refusal(
      `${kind} whose layer throws`,
      [breaking(kind, () => Layer.effectDiscard(Effect.sync(boom)))],
      "PluginFailure",
      /culprit/,
      /boom/,
    )
    refusal(
      `${kind} whose layer dies`,
      [breaking(kind, () => Layer.effectDiscard(Effect.die("boom")))],
      "PluginFailure",
      /culprit/,
      /boom/,
    )
  }
  for (const kind of ["provider", "validator", "middleware"] as const) {
    refusal(`${kind} whose layer brings nothing`, [breaking(kind, () => Layer.empty)], "PluginFailure", /culprit/)
  }
  it.effect("its own typed failure stays its own", () =>
    Effect.gen(function* () {
      const error = LlmError.make({ _tag: "Unauthorized", message: "no key" })
      assert.strictEqual(yield* refused([breaking("provider", () => Layer.effectDiscard(Effect.fail(error)))]), error)
    }),
  )
})
