import { definePlugin } from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

export const upstream = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (server) => Effect.promise(() => server.close()),
)

/** The official client, as the OpenAI plugin uses it. */
export const openai = ({ baseURL }: Upstream, id = "openai") =>
  definePlugin({
    manifest: { name: "test-openai", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.sync(key, () =>
        makeOpenAi({
          id,
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

/** Looks until it is so: for what servers do in their own time. */
export const eventually = (what: string, isSo: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let left = 1000; left > 0; left--) {
      if (isSo()) return
      yield* Effect.sleep(10)
    }
    return yield* Effect.die(new Error(`it did not come to be: ${what}`))
  })
