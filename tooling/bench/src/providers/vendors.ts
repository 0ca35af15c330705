import { anthropic } from "@switchyard/provider-anthropic"
import { openai } from "@switchyard/provider-openai"
import { createSwitchyard } from "switchyard"
import { type Field, load, prompt, timed } from "../field.ts"

const messages = [{ role: "user", content: prompt }]
const apiKey = "sk-benchmark"

/** The whole path through provider-openai against the bare client. */
export const openaiField = async (origin: string): Promise<Field> => {
  const baseURL = `${origin}/v1`
  const switchyard = createSwitchyard({ plugins: [openai({ apiKey, baseURL, api: "chat" })] })
  const { default: OpenAI } = await load("openai")
  const client = new OpenAI({ apiKey, baseURL })
  return {
    calls: [
      { name: "switchyard", call: () => switchyard.generate({ model: "openai/gpt-4o-mini", prompt }) },
      { name: "openai", call: () => client.chat.completions.create({ model: "gpt-4o-mini", messages }) },
    ],
    streams: (model) => [
      { name: "switchyard", read: () => timed(() => switchyard.stream({ model: `openai/${model}`, prompt }), isText) },
      {
        name: "openai",
        read: () =>
          timed(
            () => client.chat.completions.create({ model, messages, stream: true }),
            (chunk) => Boolean(chunk.choices[0]?.delta?.content),
          ),
      },
    ],
    close: () => switchyard.close(),
  }
}

/** The whole path through provider-anthropic against the bare client. */
export const anthropicField = async (origin: string): Promise<Field> => {
  const switchyard = createSwitchyard({ plugins: [anthropic({ apiKey, baseURL: origin })] })
  const { default: Anthropic } = await load("@anthropic-ai/sdk")
  const client = new Anthropic({ apiKey, baseURL: origin })
  const asked = { max_tokens: 1024, messages }
  return {
    calls: [
      { name: "switchyard", call: () => switchyard.generate({ model: "anthropic/claude-sonnet-5-5", prompt }) },
      { name: "@anthropic-ai/sdk", call: () => client.messages.create({ model: "claude-sonnet-5-5", ...asked }) },
    ],
    streams: (model) => [
      {
        name: "switchyard",
        read: () => timed(() => switchyard.stream({ model: `anthropic/${model}`, prompt }), isText),
      },
      {
        name: "@anthropic-ai/sdk",
        read: () =>
          timed(
            () => client.messages.create({ model, ...asked, stream: true }),
            (event) => event.type === "content_block_delta",
          ),
      },
    ],
    close: () => switchyard.close(),
  }
}

const isText = (part: { readonly type: string }): boolean => part.type === "text-delta"
