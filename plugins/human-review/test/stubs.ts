import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  compose,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type ProviderResponse,
  type ValidatorFactory,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { humanReview, Reviews, reviewsLayer, type ReviewsOptions } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof humanReview>[0]>

let folder: string | undefined
let stores = 0
export const newStore = (): string => {
  folder ??= mkdtempSync(join(tmpdir(), "switchyard-reviews-"))
  return join(folder, `${stores++}.sqlite`)
}

/** Test files share this module: the next one gets a folder of its own. */
export const removeStores = (): void => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  folder = undefined
}

export const draft: ProviderResponse = {
  content: [
    { type: "text", text: "draft" },
    { type: "source", id: "s", source: { type: "url", url: "https://example.org" } },
    { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: new Uint8Array([1, 2, 3]) } },
  ],
  finish: { unified: "stop" },
  usage: { input: { total: 3 }, output: { total: 5 } },
  warnings: [],
  model: "vendor-model",
}

const provider = (answers: ProviderResponse | LlmError) =>
  definePlugin({
    manifest: { name: "test-provider", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        id: "p",
        models: ["m"],
        describe: () => undefined,
        generate: () => (answers instanceof LlmError ? Effect.fail(answers) : Effect.succeed(answers)),
      }),
  })()

const issue = { validator: "picky", message: "not good enough", suggestion: "be good" }

const picky = definePlugin({
  manifest: { name: "test-validator", kind: "validator", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) => {
    const judge: ValidatorFactory = {
      names: ["picky"],
      make: () => Effect.succeed({ validate: () => Effect.succeed({ ok: false, score: 0.2, issues: [issue] }) }),
    }
    return Layer.succeed(key, judge)
  },
})

const escalates = definePlugin({
  manifest: { name: "test-retry", kind: "retry", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, { next: () => Effect.succeed({ _tag: "Escalate", reason: "1 answer was rejected" } as const) }),
})

/** A stack whose answers all need a person. */
export const stack = (options: Options, answers: ProviderResponse | LlmError = draft) =>
  compose([provider(answers), picky(), escalates(), humanReview(options)])

export const request: LlmRequestInput = {
  model: "p/m",
  system: "Be brief",
  prompt: "my key is sk-abcdefghijklmnop",
  headers: { authorization: "Bearer topsecret-token" },
  policy: { validators: [{ type: "picky" }] },
}

export const generate = (more: Partial<LlmRequestInput> = {}) =>
  Kernel.use((kernel) => kernel.generate({ ...request, ...more }))

/** The queue of this store as another process has it: it only looks and decides. */
export const elsewhere = <A, E>(
  store: string,
  use: (reviews: Reviews["Service"]) => Effect.Effect<A, E>,
  more: ReviewsOptions = {},
) => Effect.provide(Effect.flatMap(Reviews, use), reviewsLayer({ store, ...more }))

const every = Schedule.spaced("10 millis")

/** The first open ticket, when there is one; waits 5 s at most. */
export const opened = (reviews: Reviews["Service"]) =>
  Effect.flatMap(reviews.list({ status: "open" }), ([ticket]) =>
    ticket === undefined ? Effect.fail("none yet" as const) : Effect.succeed(ticket),
  ).pipe(Effect.retry({ times: 500, schedule: every }), Effect.orDie)

/** Why it was refused. */
export const refusal = <A>(effect: Effect.Effect<A, LlmError>): Effect.Effect<LlmError> =>
  Effect.orDie(Effect.flip(effect))
