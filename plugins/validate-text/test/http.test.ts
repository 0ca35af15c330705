import { assert, it } from "@effect/vitest"
import { compose, definePlugin, Kernel, textOf } from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { validateText } from "../src/index.ts"

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
      Layer.effect(
        key,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => makeTransport()),
            (made) => Effect.promise(() => made.close()),
          ),
          ({ fetch }) =>
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
              fetch,
            }),
        ),
      ),
  })()

const validators = [{ type: "response_not_empty" }, { type: "no_refusal" }, { type: "length", params: { max: 40 } }]
const request = { model: "openai/small", prompt: "hi", policy: { validators, stream: "hold" as const } }

it.live("answers over HTTP are judged, whole and as held streams", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    const stack = compose([openai(server), validateText()])
    const generate = Effect.provide(
      Kernel.use((kernel) => kernel.generate(request)),
      stack,
    )
    const stream = Kernel.use((kernel) => Effect.succeed(kernel.stream(request))).pipe(
      Effect.flatMap(Stream.runCollect),
      Effect.provide(stack),
    )
    server.reply(
      { text: "A short answer." },
      { text: "I'm sorry, but I can't help with that." },
      { text: "x".repeat(41) },
    )
    const good = yield* generate
    assert.deepStrictEqual([textOf(good.content), good.verdict?.ok], ["A short answer.", true])
    for (const [call, by] of [
      [Effect.asVoid(generate), "no_refusal"],
      [Effect.asVoid(stream), "length"],
    ] as const) {
      const { reason } = yield* Effect.flip(call)
      assert.strictEqual(reason._tag, "OutputInvalid")
      if (reason._tag === "OutputInvalid") {
        assert.deepStrictEqual(
          reason.verdicts.flatMap(({ issues }) => issues.map(({ validator }) => validator)),
          [by],
        )
      }
    }
    assert.strictEqual(server.requests.length, 3)
  }).pipe(Effect.scoped),
)
