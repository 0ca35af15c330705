import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startAnthropicUpstream, startUpstream } from "@switchyard/testkit"
import { expect, test } from "vitest"
import { tinyGguf } from "@switchyard/testkit"
import { run } from "./run.ts"

test("a conversation with tools and an image moves from OpenAI's wire to Anthropic's to a local model", async () => {
  await using first = await startUpstream({ apiKey: "sk-first" })
  await using second = await startAnthropicUpstream({ apiKey: "sk-second" })
  const folder = await mkdtemp(join(tmpdir(), "across-"))
  const local = join(folder, "tiny.gguf")
  await writeFile(local, tinyGguf())
  first.reply(
    { toolCalls: [{ id: "call_1", name: "tides", arguments: '{"harbour":"Dover"}' }] },
    { text: "It is Dover; low water is at 12:25." },
  )
  second.reply(
    {
      reasoning: "West of Dover…",
      toolCalls: [{ id: "toolu_1", name: "tides", arguments: '{"harbour":"Folkestone"}' }],
    },
    { text: "In Folkestone it is at 12:25 as well." },
  )
  try {
    const out = await run("across-vendors.ts", {
      OPENAI_API_KEY: "sk-first",
      OPENAI_BASE_URL: first.baseURL,
      ANTHROPIC_API_KEY: "sk-second",
      ANTHROPIC_BASE_URL: second.baseURL,
      LOCAL_GGUF: local,
    })
    const lines = out.split("\n")
    expect(lines).toContain("openai, 2 steps: It is Dover; low water is at 12:25.")
    expect(lines).toContain("anthropic, 2 steps: In Folkestone it is at 12:25 as well.")
    expect(out).toMatch(/^local, 1 steps: /m)
    expect(out).toContain("local/small sees no images: an image of an earlier turn went as a line of text")
  } finally {
    await rm(folder, { recursive: true })
  }

  // What the second vendor was given: all of the first one's turn, in its own words.
  const moved = JSON.stringify(second.requests[0]?.body["messages"])
  expect(moved).toContain('"type":"image"')
  expect(moved).toContain('"type":"tool_use","id":"call_1","name":"tides","input":{"harbour":"Dover"}')
  expect(moved).toContain('"type":"tool_result","tool_use_id":"call_1"')
  expect(moved).toContain("low water is at 12:25.")
  // Its own thinking goes back to it, signed, with the results.
  const thought = JSON.stringify(second.requests[1]?.body["messages"])
  expect(thought).toContain('"type":"thinking","thinking":"West of Dover…"')
})
