import { createRequire } from "node:module"
import { openai } from "@switchyard/provider-openai"
import { createSwitchyard } from "switchyard"
import type { Contestant } from "../measure.ts"

// Peers are a project of their own, installed when a benchmark is first run; here they have no types.
const peers = createRequire(new URL("../../peers/package.json", import.meta.url))
// oxlint-disable-next-line no-explicit-any
type Untyped = any
const load = async (name: string): Promise<Untyped> => import(peers.resolve(name))

const prompt = "What is a circuit breaker, and when would you use one?"
const messages = [{ role: "user", content: prompt }]

/** Contestants that ask once and get a whole answer. */
export interface Field {
  readonly calls: ReadonlyArray<Contestant>
  /** Reads a whole stream and returns the ms from the call to the first text. */
  readonly streams: (
    model: string,
  ) => ReadonlyArray<{ readonly name: string; readonly read: () => Promise<{ first: number; texts: number }> }>
  readonly close: () => Promise<void>
}

const timed = async (
  start: () => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
  isText: (part: Untyped) => boolean,
) => {
  const began = performance.now()
  let first = 0
  let texts = 0
  for await (const part of await start()) {
    if (!isText(part)) continue
    if (texts++ === 0) first = performance.now() - began
  }
  return { first, texts }
}

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
