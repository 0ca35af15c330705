import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { LlmRequestInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { failed, folder, type GivenOptions, provider, standing } from "./stubs.ts"

const secrets = {
  header: "header-secret-1",
  provider: "provider-secret-2",
  openai: "sk-proj-abcdefghijklmnop",
  bearer: "Bearer abcdef0123456789",
  jwt: "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM",
  url: "hunter2:pa55word",
}
const prompt = "My grandmother's maiden name is Featherstonehaugh; please keep it to yourself"

/** What is on disk after one failed call whose error quotes everything. */
const kept = Effect.fnUntraced(function* (options: GivenOptions) {
  const store = join(yield* folder, "incidents.sqlite")
  const input: LlmRequestInput = {
    model: "p/m",
    system: "You are the secret keeper of the house",
    prompt,
    headers: { Authorization: secrets.header },
    providerData: { p: { token: secrets.provider } },
    tenant: "acme",
  }
  const { plugin, state } = provider()
  state.error = failed("ProviderInternal", {
    message: `cannot parse "${prompt}" of You are the secret keeper of the house: ${secrets.header} ${secrets.provider} ${secrets.openai} ${secrets.bearer} ${secrets.jwt} at https://${secrets.url}@host/`,
  })
  const samples = yield* Effect.gen(function* () {
    const { call, use } = yield* standing([plugin], { store, ...options })
    yield* Effect.exit(call(input))
    return (yield* use((incidents) => incidents.aggregates())).map(({ sample }) => sample)
  }).pipe(Effect.scoped)
  return { samples, disk: readFileSync(store, "latin1") }
})

describe("samples", () => {
  it.live("hold no key, header or prompt, in memory or on disk", () =>
    Effect.gen(function* () {
      const { samples, disk } = yield* kept({})
      assert.strictEqual(samples.length, 2)
      const text = disk + JSON.stringify(samples)
      for (const secret of [...Object.values(secrets), "Featherstonehaugh", "secret keeper"])
        assert.notInclude(text, secret)
      assert.include(samples[0]?.message, 'cannot parse "[prompt]" of [prompt]: [redacted]')
      assert.isUndefined(samples[0]?.prompt)
    }).pipe(Effect.scoped),
  )

  it.live("hold as much of the prompt as an option allows, without keys", () =>
    Effect.gen(function* () {
      const { samples, disk } = yield* kept({ promptChars: 30 })
      assert.strictEqual(samples[0]?.prompt, "My grandmother's maiden name i…")
      for (const secret of Object.values(secrets)) assert.notInclude(disk, secret)
    }).pipe(Effect.scoped),
  )
})
