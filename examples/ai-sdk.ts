// The AI SDK's own streamText on a stack: when the first provider is down, the second one answers, and the AI SDK does not
// notice. Run it with OPENAI_API_KEY and ANTHROPIC_API_KEY set.
import { languageModel } from "@switchyard/bridge-ai-sdk"
import { failover } from "@switchyard/failover"
import { anthropic } from "@switchyard/provider-anthropic"
import { openai } from "@switchyard/provider-openai"
import { streamText } from "ai"
import { createSwitchyard } from "switchyard"

await using switchyard = createSwitchyard({
  plugins: [openai(), anthropic(), failover()],
  routes: { chat: ["openai/gpt-5.4-mini", "anthropic/claude-haiku-5-5"] },
})
const result = streamText({ model: languageModel(switchyard, "chat"), prompt: "What is a circuit breaker?" })
for await (const text of result.textStream) process.stdout.write(text)
console.log(`\n${(await result.finalStep).response.modelId}, ${await result.finishReason}`)
