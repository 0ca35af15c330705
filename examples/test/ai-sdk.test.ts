import { startAnthropicUpstream, startUpstream } from "@switchyard/testkit"
import { expect, test } from "vitest"
import { run } from "./run.ts"

const answering = async (down: "refused" | "overloaded") => {
  await using second = await startAnthropicUpstream({ apiKey: "sk-second" })
  second.always({ text: "It opens after failures." })
  await using first = await startUpstream({ apiKey: "sk-first" })
  first.always({ fault: { status: 503 } })
  if (down === "refused") await first.close()
  const env = {
    OPENAI_API_KEY: "sk-first",
    OPENAI_BASE_URL: first.baseURL,
    ANTHROPIC_API_KEY: "sk-second",
    ANTHROPIC_BASE_URL: second.baseURL,
  }
  return { out: await run("ai-sdk.ts", env), asked: [first.requests.length, second.requests.length] }
}

test("streamText gets its answer from the second provider when nobody listens at the first", async () => {
  const { out, asked } = await answering("refused")
  expect(out).toBe("It opens after failures.\nclaude-haiku-5-5, stop\n")
  expect(asked).toEqual([0, 1])
})

test("and when the first one has no capacity", async () => {
  const { out, asked } = await answering("overloaded")
  expect(out).toBe("It opens after failures.\nclaude-haiku-5-5, stop\n")
  expect(asked).toEqual([1, 1])
})
