import { startAnthropicUpstream, startUpstream } from "@switchyard/testkit"
import { expect, test } from "vitest"
import { run, runReadme } from "./run.ts"

const upstreamWith = async (text: string) => {
  const upstream = await startUpstream({ apiKey: "sk-example" })
  upstream.always({ text, usage: { input: 7, output: 3 } })
  const env = { OPENAI_API_KEY: "sk-example", OPENAI_BASE_URL: upstream.baseURL }
  return { upstream, env }
}

test("first-call answers from the text, with no key", async () => {
  expect(await run("first-call.ts")).toBe("The harbour was built in 1874. [1]\n")
})

test("streaming prints the whole answer", async () => {
  const { upstream, env } = await upstreamWith("It opens after failures.")
  await using _ = upstream
  expect(await run("streaming.ts", env)).toBe("It opens after failures.\n3 tokens, 1 attempt\n")
})

test("streaming tells a cut from an end", async () => {
  const { upstream, env } = await upstreamWith("")
  await using _ = upstream
  upstream.always({ text: "one two three", fault: { resetAfterChunks: 2 } })
  const out = await run("streaming.ts", env)
  expect(out).toMatch(/^one two/)
  expect(out).toMatch(/cut: openai\/gpt-5\.4-mini: the answer was cut: /)
})

test("own-provider is routed to and answers", async () => {
  expect(await run("own-provider.ts")).toBe("alias -> parrot: You said: Hello\n")
})

test("the README of provider-openai", async () => {
  const { upstream, env } = await upstreamWith("Hello there")
  await using _ = upstream
  expect(await runReadme("plugins/provider-openai/README.md", env)).toBe("Hello theretrue\n")
})

test("the README of provider-anthropic", async () => {
  await using upstream = await startAnthropicUpstream({ apiKey: "sk-ant-example" })
  upstream.always({ text: "Hello there", usage: { input: 7, cachedInput: 5, output: 3 } })
  const env = { ANTHROPIC_API_KEY: "sk-ant-example", ANTHROPIC_BASE_URL: upstream.baseURL }
  expect(await runReadme("plugins/provider-anthropic/README.md", env)).toBe("Hello there11 5\n")
})

test("the README of provider-claude-max, on a proxy that asks for no key", async () => {
  await using proxy = await startUpstream()
  proxy.always({ text: "Hello" })
  const readme = "plugins/provider-claude-max/README.md"
  expect(await runReadme(readme, { CLAUDE_MAX_BASE_URL: proxy.baseURL })).toBe("Hello\n")
})

test("the README of the repository", async () => {
  const { upstream, env } = await upstreamWith("A switch in front of a provider.")
  await using _ = upstream
  const out = await runReadme("README.md", env)
  expect(out).toContain("A switch in front of a provider.")
  expect(out).toContain("openai/gpt-5.4-mini ok")
})
