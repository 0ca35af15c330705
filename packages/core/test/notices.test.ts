import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { definePlugin, type Notice, Notices } from "../src/index.ts"
import { again, generate, ill, middleware, plug, provider, reasonOf, request, retrying, saying } from "./stubs.ts"

const notice: Notice = { kind: "breaker", model: "p/m", from: "closed", to: "open", why: "3 of 4 calls failed" }

/** A plugin that uses the stack's notices when its layer is built. */
const using = (name: string, use: (notices: Notices) => void) =>
  definePlugin({
    manifest: { name, kind: "middleware", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.effect(
        key,
        Effect.map(Notices, (notices) => {
          use(notices)
          return { name, stage: "context" }
        }),
      ),
  })()

it.effect("plugins of one stack hear each other, and one that throws is left out", () =>
  Effect.gen(function* () {
    const heard: Array<Notice> = []
    let tell: Notices["tell"] = () => undefined
    const plugins = [
      plug("provider", saying("hi")),
      using("throws", ({ listen }) => void listen(() => assert.fail("not this one"))),
      using("hears", ({ listen }) => void listen((given) => heard.push(given))),
      using("tells", (notices) => (tell = notices.tell)),
    ]
    yield* generate(plugins)
    tell(notice)
    tell(notice)
    assert.deepStrictEqual(heard, [notice, notice])
    yield* generate([plug("provider", saying("hi")), using("elsewhere", (notices) => notices.tell(notice))])
    assert.strictEqual(heard.length, 2)
  }),
)

it.effect("a retry policy whose amendment is no request is blamed itself", () =>
  Effect.gen(function* () {
    // Authors without types may give anything.
    const nothing = (() => null) as unknown as (given: unknown) => never
    const policy = retrying(() => ({ _tag: "Retry", delayMs: 0, amend: nothing }))
    const failing = plug("provider", provider({ generate: () => Effect.fail(ill()) }))
    const reason = yield* reasonOf(generate([failing, policy], request))
    assert.strictEqual(reason._tag, "PluginFailure")
    assert.match(reason.message, /"test-retry"/)
    assert.strictEqual((yield* reasonOf(generate([failing, again(1)], request)))._tag, "Overloaded")
  }),
)

it.effect("wrong options name their field", () =>
  Effect.gen(function* () {
    const strict = definePlugin({
      manifest: { name: "strict", kind: "middleware", contract: 1, permissions: [] },
      options: Schema.Struct({ limits: Schema.Struct({ usd: Schema.Finite }) }),
      layer: (_, key) => Layer.succeed(key, { name: "strict", stage: "budget" }),
    })
    const wrong = strict({ limits: { usd: Number.NaN } })
    const reason = yield* reasonOf(generate([plug("provider", saying("hi")), wrong, middleware({})]))
    assert.strictEqual(reason._tag === "InvalidRequest" ? reason.field : "", "limits.usd")
  }),
)
