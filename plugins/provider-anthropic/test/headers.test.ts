import { assert, it } from "@effect/vitest"
import { hearingHeaders, type ResponseHeaders } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { asking } from "./asking.ts"

const handedOn = {
  "anthropic-ratelimit-requests-remaining": "7",
  "anthropic-ratelimit-output-tokens-reset": "2026-11-21T12:00:00Z",
  "request-id": "req_7",
  "retry-after": "2",
}
const kept = { "set-cookie": "session=s3cret", "anthropic-organization-id": "acme", "x-api-key": "sk-echoed" }

it.live("the headers that matter are told, of answers, streams and refusals", () =>
  asking(({ upstream, generate, stream }) => {
    const heard: Array<ResponseHeaders> = []
    const hear = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      hearingHeaders(Effect.result(effect), (headers) => heard.push(headers))
    return Effect.gen(function* () {
      upstream.always({ headers: { ...handedOn, ...kept } })
      yield* hear(generate("claude-sonnet-4-5", { prompt: "Hi" }))
      yield* hear(stream("claude-sonnet-4-5", { prompt: "Hi" }))
      upstream.always({ fault: { status: 429, headers: { ...handedOn, ...kept } } })
      yield* hear(generate("claude-sonnet-4-5", { prompt: "Hi" }))
      assert.deepStrictEqual(heard, [handedOn, handedOn, handedOn])
    })
  }),
)
