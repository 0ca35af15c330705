import { assert, it } from "@effect/vitest"
import { definePlugin } from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { standing, times } from "./stubs.ts"

const upstream = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (server) => Effect.promise(() => server.close()),
)

/** The official client, as the OpenAI plugin uses it. */
const openai = ({ baseURL }: Upstream) =>
  definePlugin({
    manifest: { name: "test-openai", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.sync(key, () =>
        makeOpenAi({
          id: "openai",
          api: "chat",
          apiKey: undefined,
          vendor: false,
          baseURL,
          models: undefined,
          organization: undefined,
          project: undefined,
          headers: {},
          query: {},
          fetch: globalThis.fetch,
        }),
      ),
  })()

it.live("a vendor that answers 503 and then again: one incident, with its recovery", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    const { call, use } = yield* standing([openai(server)])
    const ask = call({ model: "openai/small", prompt: "The password of the vault is swordfish, is it not?" })
    server.always({ fault: { status: 503 } })
    yield* times(10, ask)
    server.always({ text: "hello" })
    yield* times(3, ask)
    const [incident, ...others] = yield* use((incidents) => incidents.list())
    assert.deepStrictEqual(others, [])
    assert.deepInclude(incident, { pattern: "rate", provider: "openai", model: "small", volume: 10, failures: 10 })
    assert.isAtLeast(incident?.recoveryMs ?? -1, 0)
    server.always({ fault: { status: 401 } })
    yield* times(2, ask)
    const kinds = yield* use((incidents) => incidents.aggregates({ component: "provider" }))
    assert.deepStrictEqual(
      kinds.map(({ kind, category, count }) => [kind, category, count]),
      [
        [incident?.kind, "capacity", 10],
        ["Unauthorized", "configuration", 2],
      ],
    )
    assert.notInclude(JSON.stringify([incident, kinds]), "swordfish")
  }).pipe(Effect.scoped),
)
