import { openai } from "@switchyard/provider-openai"
import { createSwitchyard } from "switchyard"
import { type Field, load, prompt, timed } from "../field.ts"

const messages = [{ role: "user", content: prompt }]

export const makeField = async (baseURL: string): Promise<Field> => {
  const switchyard = createSwitchyard({ plugins: [openai({ apiKey: "sk-benchmark", baseURL, api: "chat" })] })
  const { default: OpenAI } = await load("openai")
  const { generateText, streamText } = await load("ai")
  const { createOpenAI } = await load("@ai-sdk/openai")
  const { ChatOpenAI } = await load("@langchain/openai")
  const client = new OpenAI({ apiKey: "sk-benchmark", baseURL })
  const aiSdk = createOpenAI({ apiKey: "sk-benchmark", baseURL })
  const langchain = new ChatOpenAI({ apiKey: "sk-benchmark", model: "gpt-4o-mini", configuration: { baseURL } })
  return {
    calls: [
      { name: "switchyard", call: () => switchyard.generate({ model: "openai/gpt-4o-mini", prompt }) },
      { name: "openai", call: () => client.chat.completions.create({ model: "gpt-4o-mini", messages }) },
      { name: "ai", call: () => generateText({ model: aiSdk.chat("gpt-4o-mini"), prompt }) },
      { name: "@langchain/openai", call: () => langchain.invoke(prompt) },
    ],
    streams: (model) => [
      {
        name: "switchyard",
        read: () =>
          timed(
            () => switchyard.stream({ model: `openai/${model}`, prompt }),
            (part) => part.type === "text-delta",
          ),
      },
      {
        name: "openai",
        read: () =>
          timed(
            () => client.chat.completions.create({ model, messages, stream: true }),
            (chunk) => Boolean(chunk.choices[0]?.delta?.content),
          ),
      },
      {
        name: "ai",
        read: () =>
          timed(
            () => streamText({ model: aiSdk.chat(model), prompt }).textStream,
            () => true,
          ),
      },
    ],
    close: () => switchyard.close(),
  }
}
