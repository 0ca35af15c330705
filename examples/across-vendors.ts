// One conversation, three vendors: it begins with an image and tools on OpenAI's wire, goes on on Anthropic's, and ends on
// a model in this process. Run it with OPENAI_API_KEY and ANTHROPIC_API_KEY set, and LOCAL_GGUF naming a model file.
import { multimodal, encodeImage } from "@switchyard/multimodal"
import { anthropic } from "@switchyard/provider-anthropic"
import { llamaCpp } from "@switchyard/provider-llama-cpp"
import { openai } from "@switchyard/provider-openai"
import sharp from "sharp"
import { createSwitchyard, defineTool, type Message, textOf } from "switchyard"
import * as z from "zod"

const path = process.env.LOCAL_GGUF ?? "Llama-3.2-1B-Instruct-Q4_K_M.gguf"
const small = { path, preset: "llama3_2_1b", contextSize: 2048, threads: 1 } as const
await using switchyard = createSwitchyard({
  plugins: [openai(), anthropic(), llamaCpp({ models: { small }, gpu: false }), multimodal()],
})

const tides = defineTool({
  name: "tides",
  description: "High and low water in a harbour, today",
  input: z.object({ harbour: z.string() }),
  execute: ({ harbour }) => ({ harbour, high: "06:12", low: "12:25" }),
})

// A photo of 12 megapixels, drawn here so that the example needs no file.
const blue = { r: 40, g: 90, b: 160 }
const photo = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: blue } })
  .jpeg()
  .toBuffer()
const { part, info } = await encodeImage(photo, { model: "openai/gpt-5.4", filename: "harbour.jpg" })
console.log(`image: ${info.original.width}x${info.original.height} -> ${info.width}x${info.height}`)

const messages: Array<Message> = []
const ask = async (model: string, text: string, image?: typeof part) => {
  const content = [{ type: "text" as const, text }, ...(image === undefined ? [] : [image])]
  messages.push({ role: "user", content })
  const run = await switchyard.runTools({ model, messages, maxOutputTokens: 200 }, { tools: [tides] })
  messages.push(...run.messages)
  const { provider, content: answer } = run.response
  console.log(`${provider}, ${run.steps.length} steps: ${textOf(answer)}`)
  for (const { message } of run.warnings) console.log(`  ${message}`)
}

await ask("openai/gpt-5.4", "Which harbour is this, and when is low water?", part)
await ask("anthropic/claude-sonnet-5-5", "And the tides in the next harbour to the west?")
await ask("local/small", "Say it in one line.")
