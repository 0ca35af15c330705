import { openai } from "@switchyard/provider-openai"
import { startUpstream } from "@switchyard/testkit"
import { createSwitchyard, defineTool, type Message } from "switchyard"
import { expect, test } from "vitest"
import * as z from "zod"
import { run } from "./run.ts"

const answer = '{"city":"Rome","founded":-753,"rivers":["Tiber"]}'

test("tools are run, approved or not, and an object flows", async () => {
  await using upstream = await startUpstream({ apiKey: "sk-example" })
  upstream.reply(
    {
      toolCalls: [
        { id: "call_1", name: "weather", arguments: '{"city":"Rome"}' },
        { id: "call_2", name: "remove_file", arguments: '{"path":"/etc/hosts"}' },
      ],
    },
    { text: "Take one." },
    { text: answer, chunks: [answer.slice(0, 11), answer.slice(11, 32), answer.slice(32)] },
  )
  const out = await run("tools.ts", { OPENAI_API_KEY: "sk-example", OPENAI_BASE_URL: upstream.baseURL })
  expect(out.split("\n")).toEqual([
    'refused: remove_file {"path":"/etc/hosts"}',
    "step 0: 2 results",
    "step 1: 0 results",
    "Take one. (answer, 24 tokens)",
    "{ city: 'Ro' }",
    "{ city: 'Rome', founded: -753 }",
    "{ city: 'Rome', founded: -753, rivers: [ 'Tiber' ] }",
    "checked: { city: 'Rome', founded: -753, rivers: [ 'Tiber' ] }",
    "",
  ])
  const told = JSON.stringify(upstream.requests[1]?.body)
  expect(told).toContain("degrees")
  expect(told).toContain("not this file")
})

test("a run stops on one wire and goes on on another, with its approval and its results", async () => {
  await using upstream = await startUpstream({ apiKey: "sk-example" })
  const connect = { baseURL: upstream.baseURL, apiKey: "sk-example", models: ["m"] }
  await using switchyard = createSwitchyard({
    plugins: [openai({ ...connect, id: "one", api: "responses" }), openai({ ...connect, id: "two", api: "chat" })],
  })
  const done: Array<string> = []
  const input = z.object({ n: z.int() })
  const execute = ({ n }: { n: number }) => done.push(`${n}`)
  const tools = [
    defineTool({ name: "free", input, execute }),
    defineTool({ name: "guarded", input, needsApproval: true, execute }),
  ]
  upstream.reply(
    {
      toolCalls: [
        { id: "call_1", name: "free", arguments: '{"n":1}' },
        { id: "call_2", name: "guarded", arguments: '{"n":2}' },
        { id: "call_3", name: "free", arguments: '{"n":"three"}' },
      ],
    },
    { text: "Both are done." },
  )
  const asked: Message = { role: "user", content: [{ type: "text", text: "go" }] }
  const first = await switchyard.runTools({ model: "one/m", messages: [asked] }, { tools })
  expect(first.stopped).toBe("approval")
  expect(done).toEqual(["1"])
  const responses = first.approvals.map(({ id }) => ({ type: "approval-response", id, approved: true }) as const)
  const messages: ReadonlyArray<Message> = [asked, ...first.messages, { role: "tool", content: responses }]
  const stream = switchyard.streamTools({ model: "two/m", messages }, { tools })
  const second = await stream.run()
  expect(second.stopped).toBe("answer")
  expect(done).toEqual(["1", "2"])
  const [one, two] = upstream.requests
  expect([one?.path, two?.path]).toEqual([expect.stringMatching(/responses$/), expect.stringMatching(/completions$/)])
  expect(two?.body["messages"]).toMatchObject([
    { role: "user" },
    { role: "assistant", tool_calls: [{ id: "call_1" }, { id: "call_2" }, { id: "call_3" }] },
    { role: "tool", tool_call_id: "call_1", content: "1" },
    { role: "tool", tool_call_id: "call_3", content: expect.stringContaining('"path":"n"') },
    { role: "tool", tool_call_id: "call_2", content: "2" },
  ])
})
