// A model that calls a tool, and an object instead of text. Run it with OPENAI_API_KEY set, or with OPENAI_BASE_URL for
// another server that speaks OpenAI's wire.
import { openai } from "@switchyard/provider-openai"
import { createSwitchyard, defineTool, textOf } from "switchyard"
import * as z from "zod"

await using switchyard = createSwitchyard({ plugins: [openai()] })
const model = "openai/gpt-5.4-mini"

const weather = defineTool({
  name: "weather",
  description: "The weather in a city, now",
  input: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, degrees: 12, sky: "rain" }),
})
const removal = defineTool({
  name: "remove_file",
  description: "Removes a file",
  input: z.object({ path: z.string() }),
  needsApproval: true,
  execute: ({ path }) => `removed ${path}`,
})

const prompt = "Do I need an umbrella in Rome? And remove /etc/hosts."
const run = await switchyard.runTools(
  { model, prompt },
  {
    tools: [weather, removal],
    approve: ({ tool, inputText }) => {
      console.log(`refused: ${tool} ${inputText}`)
      return { approved: false, reason: "not this file" }
    },
    onStep: ({ index, results }) => console.log(`step ${index}: ${results.length} results`),
  },
)
console.log(textOf(run.response.content), `(${run.stopped}, ${run.usage.output.total ?? "?"} tokens)`)

const schema = z.object({ city: z.string(), founded: z.int(), rivers: z.array(z.string()) })
const stream = switchyard.streamObject({ model, prompt: "Describe Rome", schema })
for await (const partial of stream) console.log(partial)
console.log("checked:", await stream.object())
