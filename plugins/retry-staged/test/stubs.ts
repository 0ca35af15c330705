import { assert } from "@effect/vitest"
import {
  type AttemptFailure,
  type AttemptTrace,
  type CallContext,
  type Candidate,
  type Contributions,
  compose,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type LlmResponse,
  type Part,
  type Plugin,
  type PluginKind,
  type ProviderResponse,
  Providers,
  type Reason,
  RetryPolicy,
  type Verdict,
  type Warning,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as LayerModule from "effect/Layer"
import * as Schema from "effect/Schema"
import { stagedRetry } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof stagedRetry>[0]>

export const plug = <K extends PluginKind>(
  kind: K,
  value: Contributions[K],
  name = `test-${kind}`,
): Plugin<K, never, never> =>
  definePlugin({
    manifest: { name, kind, contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => LayerModule.succeed(key, value),
  })()

export const text = (value: string): ReadonlyArray<Part> => [{ type: "text", text: value }]

export const answer = (content: ReadonlyArray<Part>): ProviderResponse => ({
  content,
  finish: { unified: "stop" },
  usage: { input: { total: 3 }, output: { total: 5 } },
  warnings: [],
  model: "vendor-model",
})

export const failed = (reason: Reason["_tag"], more: Partial<Reason> = {}): LlmError => {
  const made: unknown = { _tag: reason, message: "it went wrong", ...more }
  return LlmError.make(made as Reason) // the tests give what the reason needs
}

type Step = LlmError | ReadonlyArray<Part> | string

/** A provider that goes through these answers and failures, the last one for ever, and remembers what it was sent. */
export const scripted = (steps: ReadonlyArray<Step>, id = "p") => {
  const seen: Array<LlmRequest> = []
  const plugin = plug(
    "provider",
    {
      id,
      models: ["m"],
      describe: () => undefined,
      generate: (request) =>
        Effect.suspend(() => {
          const step = steps[Math.min(seen.length, steps.length - 1)] ?? ""
          seen.push(request)
          if (step instanceof LlmError) return Effect.fail(step)
          return Effect.succeed(answer(typeof step === "string" ? text(step) : step))
        }),
    },
    `provider-${id}`,
  )
  return { plugin, seen }
}

export const rejecting = (message = "not good", more: Partial<Verdict["issues"][number]> = {}): Verdict => ({
  ok: false,
  score: 0,
  issues: [{ validator: "v", message, ...more }],
})

/** The validator "v". Without a judge it accepts only the text "good". */
export const judge = (of: (response: ProviderResponse) => Verdict | undefined = () => undefined) =>
  plug("validator", {
    names: ["v"],
    make: () =>
      Effect.succeed({
        validate: (response) =>
          Effect.sync(() => {
            const given = of(response)
            if (given !== undefined) return given
            const said = response.content.map((part) => (part.type === "text" ? part.text : "")).join("")
            return said === "good" ? { ok: true, score: 1, issues: [] } : rejecting()
          }),
      }),
  })

export const request: LlmRequestInput = { model: "p/m", prompt: "hi" }
export const judged: LlmRequestInput = { ...request, policy: { validators: [{ type: "v" }] } }
export const judgedWith = (retry: Record<string, unknown>): LlmRequestInput => {
  const policy: unknown = { validators: [{ type: "v" }], retry }
  return { ...request, policy: policy as NonNullable<LlmRequest["policy"]> } // any JSON is what the tests are about
}

interface TestPlugin extends Pick<Plugin, "manifest"> {
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

export const generate = (
  plugins: ReadonlyArray<TestPlugin>,
  input: LlmRequestInput = request,
): Effect.Effect<LlmResponse, LlmError> =>
  Effect.provide(
    Kernel.use((kernel) => kernel.generate(input)),
    compose(plugins),
  )

/** What the provider was sent by the attempt of this number, from 0. */
export const sent = (seen: ReadonlyArray<LlmRequest>, index: number): LlmRequest => {
  const found = seen[index]
  assert.isDefined(found, `attempt ${index} was not made`)
  return found
}

/** The policy itself, as the kernel gets it. */
export const policyOf = (options: Options = {}) =>
  LayerModule.build(LayerModule.provide(stagedRetry(options).layer, Providers.layer())).pipe(
    Effect.flatMap((context) => Effect.provide(RetryPolicy, context)),
  )

export const candidate: Candidate = { provider: "p", model: "m" }

/** The context of a call that has this long, with what was warned and decided. */
export const callOf = (remainingMs = 600_000, providers: ReadonlyArray<string> = ["p"]) => {
  const warnings: Array<Warning> = []
  const decisions: Array<string> = []
  const context: CallContext = {
    id: "call-1",
    operation: "generate",
    contract: undefined,
    tenant: undefined,
    tags: {},
    elapsedMs: () => 0,
    remainingMs: () => remainingMs,
    routes: {},
    providers: {
      all: [],
      get: (id) =>
        providers.includes(id) ? { plugin: id, provider: { id, models: ["m"], describe: () => undefined } } : undefined,
    },
    catalog: { describe: () => undefined },
    decide: (_, what) => void decisions.push(what),
    warn: (warning) => void warnings.push(warning),
    depth: 0,
    ask: () => Effect.die("nobody is there to be asked"),
  }
  return { context, warnings, decisions }
}

export const failure = (error: LlmError, at: Candidate = candidate): AttemptFailure => ({
  _tag: "Failed",
  candidate: at,
  error,
})

/** The trace of attempts that failed in these ways. */
export const historyOf = (...attempts: ReadonlyArray<LlmError | "rejected">): ReadonlyArray<AttemptTrace> =>
  attempts.map((attempt) =>
    attempt === "rejected"
      ? { candidate, outcome: "rejected", ms: 1, verdict: rejecting() }
      : { candidate, outcome: "failed", ms: 1, error: { reason: attempt.reason._tag, message: "" } },
  )
