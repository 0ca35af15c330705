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
export const openai = ({ baseURL }: Upstream) =>
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
