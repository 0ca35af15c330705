import * as Command from "effect/cli/Command"
import type { LlmResponse } from "switchyard"
import { createSwitchyard, SwitchyardError, textOf } from "switchyard"
import { action } from "../action.ts"
import { documentation } from "../documentation.ts"
import { Ended, ExitCode } from "../ExitCode.ts"
import { debugFlag } from "../flags.ts"
import { out, styled, tokensText } from "../output.ts"
import { embeddedConfig } from "../stack.ts"
import { sourceLines } from "./call.ts"

const questions = [
  "What is Switchyard?",
  "What happens when a stream is cut?",
  "What is a circuit breaker?",
  "How do I write a plugin?",
  "Which exit codes does the CLI have?",
]

/** Real questions to the project's own documentation, through the whole path of a call. */
export const demo = Command.make("demo", { debug: debugFlag }, () =>
  action(async (signal) => {
    const config = embeddedConfig()
    const switchyard = createSwitchyard(config)
    try {
      const { all } = await switchyard.providers()
      const models = [
        "extractive/default",
        ...(all.some(({ provider }) => provider.id === "openai") ? [openAiModel()] : []),
      ]
      let failures = 0
      for (const model of models) failures += await ask(switchyard, model, signal)
      out(next(models.length > 1))
      if (failures === questions.length * models.length) throw new Ended(ExitCode.callFailed)
    } finally {
      await switchyard.close()
    }
  }),
).pipe(Command.withDescription("Ask the project's own documentation a few questions, with no key"))

const openAiModel = (): string => `openai/${process.env["OPENAI_MODEL"] ?? "gpt-5.4-mini"}`

const ask = async (
  switchyard: ReturnType<typeof createSwitchyard>,
  model: string,
  signal: AbortSignal,
): Promise<number> => {
  const files = await documentation()
  let failures = 0
  for (const question of questions) {
    out(`\n${styled("bold", `? ${question}`)}\n`)
    try {
      const content = [...files, { type: "text" as const, text: question }]
      show(await switchyard.generate({ model, messages: [{ role: "user", content }] }, { signal }))
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error
      failures++
      out(`${styled("red", error.message)}\n`)
    }
  }
  return failures
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
  These answers are sentences of the documentation, picked by relevance: no key, no network, no model.
  - Ask it yourself:      switchyard call "How do retries work?"
  - Ask your own files:   switchyard call --context notes.md "When do we ship?"
${real ? "" : "  - Use a real model:     set OPENAI_API_KEY (or OPENAI_BASE_URL for Ollama, vLLM and the like) and run this again\n"}  - Compose your own:     write switchyard.config.ts: export default defineConfig({ plugins: [openai()] })
  - See what is there:    switchyard doctor
`
