import {
  type AttemptTrace,
  candidateName,
  definePlugin,
  type LlmResponse,
  type Middleware,
  type ValidatorFactory,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createSwitchyard, type LlmRequestInput, SwitchyardError, textOf } from "switchyard"
import { documentation } from "../documentation.ts"
import { extension } from "../extension.ts"
import { messageOf, oneLine, out, styled } from "../output.ts"
import { ScriptedProvider } from "./providers.ts"
import { type Scene, scenes } from "./scenes.ts"

const question = "When do we ship, and what if it goes wrong?"

/** Plays the outage against the real kernel, retry and failover, and tells each attempt and decision as it happens. */
export const tellOutage = async (signal: AbortSignal): Promise<boolean> => {
  const load = () => import("@switchyard/failover")
  const { failover, makeFailoverHandle } = await extension("@switchyard/failover", load)
  const { stagedRetry } = await import("@switchyard/retry-staged")
  const { extractive } = await import("@switchyard/provider-extractive")
  const [north, south] = [new ScriptedProvider("north"), new ScriptedProvider("south")]
  const control = makeFailoverHandle()
  control.onTransition(({ model, to, why }) => line("yellow", `breaker of ${model}: ${to}, since ${why}`))
  const plugins = [
    north.plugin,
    south.plugin,
    extractive(),
    stagedRetry({ maxAttempts: 2, baseMs: 50, jitter: "none" }),
    failover({
      fallbacks: { "north/*": ["south/large"] },
      timeouts: { firstContent: 400 },
      breaker: { window: { type: "count", size: 6 }, minimumCalls: 4, openMs: 1500, jitter: 0, rampMs: 0 },
      degrade: "extractive/default",
      control,
    }),
    watching(),
    isJson(),
  ]
  const switchyard = createSwitchyard({ plugins })
  const told: Tally = { calls: 0, answered: 0, attempts: 0, usd: 0 }
  try {
    const files = await documentation()
    for (const [at, scene] of scenes.entries()) {
      await pause(scene.waitMs ?? 0, signal)
      out(`\n${styled("bold", `${at + 1}. ${scene.title}`)}\n`)
      scene.script(north, south)
      for (let call = 0; call < (scene.calls ?? 1); call++) {
        const content = [...files, { type: "text" as const, text: question }]
        await ask(
          switchyard,
          { model: "north/large", messages: [{ role: "user", content }], ...policyOf(scene) },
          told,
          signal,
        )
      }
      line("dim", `without Switchyard: ${scene.without}`)
    }
  } finally {
    await switchyard.close()
  }
  out(`\n${styled("bold", summary(told))}\n`)
  return told.answered === told.calls
}

interface Tally {
  calls: number
  answered: number
  attempts: number
  usd: number
}

const summary = ({ calls, answered, attempts, usd }: Tally): string =>
  `${answered} of ${calls} calls answered, with ${attempts} attempts and $${usd.toFixed(6)}; none cut, none lost.`

const policyOf = ({ policy }: Scene): Pick<LlmRequestInput, "policy"> => ({ policy: { deadline: 5000, ...policy } })

const ask = async (
  switchyard: ReturnType<typeof createSwitchyard>,
  request: LlmRequestInput,
  told: Tally,
  signal: AbortSignal,
): Promise<void> => {
  told.calls++
  const startedAt = performance.now()
  try {
    const held = request.policy?.stream === "hold"
    const response = held
      ? await switchyard.stream(request, { signal }).response()
      : await switchyard.generate(request, { signal })
    told.answered++
    told.attempts += response.route.attempts.length
    told.usd += response.usage.cost?.amount ?? 0
    tellAnswer(response, performance.now() - startedAt)
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error
    line("red", oneLine(messageOf(error)))
  }
}

const tellAnswer = (response: LlmResponse, ms: number): void => {
  const { provider, model, degraded, usage, content, route } = response
  for (const { atMs, by, what } of route.decisions) line("dim", `at ${Math.round(atMs)} ms ${by} decided: ${what}`)
  const cost = usage.cost === undefined ? "free" : `$${usage.cost.amount.toFixed(6)}`
  const less = degraded === undefined ? "" : styled("yellow", ` (degraded: ${degraded})`)
  line("green", `${provider}/${model} answered after ${Math.round(ms)} ms, ${cost}${less}`)
  const text = oneLine(textOf(content))
  line("cyan", `"${text.length > 110 ? `${text.slice(0, 110)}…` : text}"`)
}

const line = (style: Parameters<typeof styled>[0], text: string): void => out(`   ${styled(style, text)}\n`)

const tellAttempt = ({ candidate, outcome, ms, error }: AttemptTrace): void => {
  const why = error === undefined ? "" : `: ${error.message}`
  const style = outcome === "ok" ? "dim" : "red"
  line(style, `${candidateName(candidate)} ${outcome} after ${Math.round(ms)} ms${why}`)
}

const manifest = { contract: 1, permissions: [] } as const

/** Tells each attempt the moment it ends. */
const watching = definePlugin({
  manifest: { name: "story", kind: "middleware", ...manifest },
  options: Schema.Struct({}),
  layer: (_, key) => {
    const middleware: Middleware = {
      name: "story",
      stage: "usage",
      settled: (attempt) => Effect.sync(() => tellAttempt(attempt)),
    }
    return Layer.succeed(key, middleware)
  },
})

/** A validator in ten lines: the answer must be JSON. */
const isJson = definePlugin({
  manifest: { name: "is-json", kind: "validator", ...manifest },
  options: Schema.Struct({}),
  layer: (_, key) => {
    const factory: ValidatorFactory = {
      names: ["is_json"],
      make: () =>
        Effect.succeed({
          validate: ({ content }) =>
            Effect.sync(() => {
              const message = "the answer is no JSON"
              const suggestion = "Answer with one JSON object and nothing around it."
              const ok = isJsonText(textOf(content))
              return { ok, score: ok ? 1 : 0, issues: ok ? [] : [{ validator: "is_json", message, suggestion }] }
            }),
        }),
    }
    return Layer.succeed(key, factory)
  },
})

const isJsonText = (text: string): boolean => {
  try {
    return JSON.parse(text) !== undefined
  } catch {
    return false
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  ms === 0
    ? Promise.resolve()
    : new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener("abort", () => {
          clearTimeout(timer)
          resolve()
        })
      })
