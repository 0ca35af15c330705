import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { check, type WireScene } from "./Scene.ts"
import { type ProviderConformance, ways } from "./Suite.ts"
import { group } from "./group.ts"

const everything = ({ upstream }: WireScene): string => JSON.stringify(upstream.requests)

/** What is the caller's alone stays here; what was meant for this provider arrives. */
export const privacy = (suite: ProviderConformance): void =>
  group("what is sent, and what is not", () => {
    kept(suite)
    sent(suite)
  })

const kept = (suite: ProviderConformance): void => {
  check(suite, "tags, tenant and policy are never sent", (scene) =>
    Effect.gen(function* () {
      for (const way of ways) {
        yield* scene.ask(way, {
          prompt: "Hi",
          tenant: "PRIVATE-tenant",
          tags: { "PRIVATE-tag": "PRIVATE-value" },
          policy: { deadline: 987_654, timeouts: { total: 876_543 }, retry: { "PRIVATE-retry": true } },
        })
      }
      const sent = everything(scene)
      assert.notInclude(sent.toLowerCase(), "private-")
      for (const { body, rawBody } of scene.upstream.requests) {
        assert.notMatch(rawBody, /987654|876543/)
        assert.doesNotHaveAnyKeys(body, ["tags", "tenant", "policy", "provider"])
      }
    }),
  )

  check(suite, "another provider's data on messages and parts is not sent", (scene) =>
    Effect.gen(function* () {
      const providerData = { "someone-else": { mark: "FOREIGN-DATA" } }
      yield* scene.ask("generate", {
        messages: [
          { role: "system", content: "Be brief.", providerData },
          { role: "user", content: [{ type: "text", text: "Hi", providerData }], providerData },
          { role: "assistant", content: [{ type: "text", text: "Hello", providerData }], providerData },
          { role: "user", content: "Go on" },
        ],
      })
      assert.notInclude(everything(scene), "FOREIGN-DATA")
    }),
  )

  check(suite, "the key goes into a header and nowhere else", (scene) =>
    Effect.gen(function* () {
      for (const way of ways) yield* scene.ask(way, { prompt: "Hi" })
      for (const { path, query, rawBody } of scene.upstream.requests) {
        assert.notInclude(JSON.stringify({ path, query, rawBody }), "5ecretK3y")
      }
    }),
  )
}

const sent = (suite: ProviderConformance): void => {
  check(suite, "headers of the request are sent as they are", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { prompt: "Hi", headers: { "X-Conformance": "yes; really", "x-second": "2" } })
        const { headers } = scene.upstream.requests[index] ?? {}
        assert.strictEqual(headers?.["x-conformance"], "yes; really", way)
        assert.strictEqual(headers?.["x-second"], "2", way)
      }
    }),
  )

  check(suite, "providerData under the provider's own id is sent, and under any other not", (scene) =>
    Effect.gen(function* () {
      const providerData = {
        [scene.provider.id]: { conformance_extra: { deep: ["OWN-DATA"] } },
        "someone-else": { foreign_extra: "FOREIGN-DATA" },
      }
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { prompt: "Hi", providerData })
        const sent = scene.upstream.requests[index]
        assert.include(sent?.rawBody ?? "", "OWN-DATA", way)
        assert.deepStrictEqual(sent?.body["conformance_extra"], { deep: ["OWN-DATA"] }, way)
      }
      assert.notInclude(everything(scene), "FOREIGN-DATA")
      assert.notInclude(everything(scene), "foreign_extra")
    }),
  )
}
