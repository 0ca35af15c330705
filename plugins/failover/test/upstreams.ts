import { definePlugin, type LlmError, type ModelInfo, type Plugin, type RetryPolicy } from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { type RecordedRequest, type Reply, startUpstream, type Upstream } from "@switchyard/testkit"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { info, plug } from "./stubs.ts"

export const words = Array.from({ length: 60 }, (_, at) => `word${at + 1}${at === 59 ? "." : " "}`)
export const text = words.join("")

export type Api = "chat" | "responses"

/** The official client, through the provider that is built on it, to a scripted server over real HTTP. */
export const upstreamProvider = (
  id: string,
  upstream: Upstream,
  api: Api,
  described: Partial<ModelInfo> = {},
): Plugin<"provider", LlmError, never> =>
  definePlugin({
    manifest: { name: `provider-${id}`, kind: "provider", contract: 1, permissions: ["network"] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.effect(
        key,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => makeTransport()),
            (transport) => Effect.promise(() => transport.close()),
          ),
          ({ fetch }) => ({
            ...makeOpenAi({
              id,
              api,
              apiKey: Redacted.make("sk-test"),
              vendor: false,
              baseURL: upstream.baseURL,
              models: ["m"],
              organization: undefined,
              project: undefined,
              headers: {},
              query: {},
              fetch,
            }),
            describe: () => info(described),
          }),
        ),
      ),
  })()

export const upstreamScoped = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (upstream) => Effect.promise(() => upstream.close()),
)

const Sent = Schema.Struct({
  messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.Unknown })),
})
const isSent = Schema.is(Sent)

/** What the request ends with, when that is the beginning of an answer. */
const begun = ({ body }: RecordedRequest): string => {
  const last = isSent(body) ? body.messages.at(-1) : undefined
  return last?.role === "assistant" && typeof last.content === "string" ? last.content : ""
}

/** Answers with the whole text, or with what is missing of one that was begun. */
export const goesOn = (request: RecordedRequest): Reply => ({
  text: text.slice(begun(request).length),
  usage: { input: 7, output: 70 },
})

/** Does not take the beginning of an answer, as most vendors do not. */
export const refusesPrefill = (request: RecordedRequest): Reply =>
  begun(request) === "" ? goesOn(request) : { fault: { error: "invalid_request" } }

/** Once more where the provider says when, or after a single internal error; in the smallest form that does it. */
export const onceMore = plug("retry", {
  next: (failure, history) => {
    const again = failure._tag === "Failed" && history.length < 2 ? delayFor(failure.error) : undefined
    return Effect.succeed(again === undefined ? { _tag: "Stop" } : { _tag: "Retry", delayMs: again })
  },
} satisfies RetryPolicy)

const delayFor = ({ reason }: LlmError): number | undefined =>
  reason._tag === "RateLimited" ? reason.retryAfterMs : reason._tag === "ProviderInternal" ? 1 : undefined
