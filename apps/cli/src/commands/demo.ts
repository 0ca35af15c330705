import * as Command from "effect/cli/Command"
import type { LlmResponse } from "switchyard"
import { createSwitchyard, SwitchyardError, textOf } from "switchyard"
import { action } from "../action.ts"
import { documentation } from "../documentation.ts"
import { Ended, ExitCode } from "../ExitCode.ts"
import { debugFlag } from "../flags.ts"
import { messageOf, note, oneLine, out, styled, tokensText } from "../output.ts"
import { embeddedConfig } from "../stack.ts"
import { sourceLines } from "./call.ts"

const questions = [
  "What is Switchyard?",
  "What happens when a stream is cut?",
  "What is a circuit breaker?",
  "How do I write a plugin?",
  "Which exit codes does the CLI have?",
]

const resilience = Command.make("resilience", { debug: debugFlag }, () =>
  action(async (signal) => {
    const { tellOutage } = await import("../outage/story.ts")
    out("Two scripted providers, north and south, have a bad day. Everything else is real: kernel, retry, failover.\n")
    if (!(await tellOutage(signal))) throw new Ended(ExitCode.callFailed)
  }),
).pipe(Command.withDescription("Watch an outage: who failed, what was decided, who answered, what it cost"))

/** Real questions to the project's own documentation, through the whole path of a call. */
export const demo = Command.make("demo", { debug: debugFlag }, () =>
  action(async (signal) => {
    const switchyard = createSwitchyard(await embeddedConfig())
    try {
      const { all } = await switchyard.providers()
      const models = [
        "extractive/default",
        ...(all.some(({ provider }) => provider.id === "openai") ? [openAiModel()] : []),
      ]
      let failed = false
      for (const model of models) failed = !(await ask(switchyard, model, signal)) || failed
      out(next(models.length > 1))
      if (failed) throw new Ended(ExitCode.callFailed)
    } finally {
      await switchyard.close()
    }
  }),
).pipe(
  Command.withDescription("Ask the project's own documentation a few questions, with no key"),
  Command.withExamples([
    { command: "switchyard demo", description: "With no key" },
    { command: "OPENAI_API_KEY=sk-... switchyard demo", description: "With OpenAI as well" },
    { command: "switchyard demo resilience", description: "An outage, told live" },
  ]),
  Command.withSubcommands([resilience]),
)

const openAiModel = (): string => `openai/${process.env["OPENAI_MODEL"] ?? "gpt-5.4-mini"}`

/** One failure is enough: the other questions would go the same way. */
const ask = async (
  switchyard: ReturnType<typeof createSwitchyard>,
  model: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const files = await documentation()
  for (const question of questions) {
    out(`\n${styled("bold", `? ${question}`)}\n`)
    try {
      const messages = [{ role: "user" as const, content: [...files, { type: "text" as const, text: question }] }]
      show(await switchyard.generate({ model, messages, policy: { deadline: 60_000 } }, { signal }))
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error
      out(`${styled("red", oneLine(messageOf(error)))}\n`)
      note(`${model} failed, and was asked nothing more; see switchyard doctor`)
      return false
    }
  }
  return true
}

const show = (response: LlmResponse): void => {
  const { route, usage, content } = response
  const last = route.attempts.at(-1)
  out(`${textOf(content)}\n`)
  for (const line of sourceLines(content)) out(`${styled("dim", line)}\n`)
  const attempts = `${route.attempts.length} attempt${route.attempts.length === 1 ? "" : "s"}`
  const facts = [
    `${response.provider}/${response.model}`,
    route.strategy,
    attempts,
    `tokens ${tokensText(usage)}`,
    `${last?.ms ?? 0} ms`,
  ]
  out(`${styled("cyan", `  ${facts.join(" | ")}`)}\n`)
}

const next = (real: boolean): string => `
${styled("bold", "What next")}
  The answers of extractive/default are sentences of the documentation: no key, no network, no model.
  - Ask it yourself:      switchyard call "What is a retry?"
  - Ask your own files:   switchyard call --context notes.md "When do we ship?"
${real ? "" : "  - Use a real model:     set OPENAI_API_KEY (or OPENAI_BASE_URL for Ollama, vLLM and the like) and run this again\n"}  - Compose your own:     write switchyard.config.ts: export default defineConfig({ plugins: [openai()] })
  - See what is there:    switchyard doctor
  - Watch an outage:      switchyard demo resilience
`
