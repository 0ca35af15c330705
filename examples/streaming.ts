// Reads an answer as it comes. A stream that is cut ends in an error that holds what arrived; it never just ends.
// Run it with OPENAI_API_KEY set, or with OPENAI_BASE_URL for another server that speaks OpenAI's wire.
import { openai } from "@switchyard/provider-openai"
import { createSwitchyard, TruncatedError } from "switchyard"

await using switchyard = createSwitchyard({ plugins: [openai()] })
const stream = switchyard.stream({ model: "openai/gpt-5.4-mini", prompt: "What is a circuit breaker?" })
try {
  for await (const text of stream.text()) process.stdout.write(text)
  const { usage, route } = await stream.response()
  console.log(`\n${usage.output.total ?? "?"} tokens, ${route.attempts.length} attempt`)
} catch (error) {
  if (!(error instanceof TruncatedError)) throw error
  console.log(`\ncut: ${error.message}`)
}
