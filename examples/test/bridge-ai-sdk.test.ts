import { startUpstream } from "@switchyard/testkit"
import { expect, test } from "vitest"
import { runReadme } from "./run.ts"

test("the README of bridge-ai-sdk", async () => {
  await using upstream = await startUpstream({ apiKey: "sk-example" })
  upstream.always({ text: "Hello there" })
  const env = { OPENAI_API_KEY: "sk-example", OPENAI_BASE_URL: upstream.baseURL }
  expect(await runReadme("plugins/bridge-ai-sdk/README.md", env)).toBe("Hello thereopenai\n")
})
