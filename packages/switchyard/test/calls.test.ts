import { extractive } from "@switchyard/provider-extractive"
import { expect, it } from "vitest"
import {
  ConfigurationError,
  createSwitchyard,
  InvalidRequestError,
  NoRouteError,
  textOf,
  UnsupportedError,
} from "../src/index.ts"
import { collect, hello, rejection, stage } from "./stacks.ts"

it("generate gives text, usage, provider and route", async () => {
  await using at = await stage()
  at.upstream.reply({ text: "Hello there", usage: { input: 7, output: 3 } })
  const response = await at.switchyard.generate({ ...hello, system: "Be brief", temperature: 0 })
  expect(textOf(response.content)).toBe("Hello there")
  expect(response).toMatchObject({ provider: "openai", model: "small", finish: { unified: "stop" } })
  expect(response.usage).toMatchObject({ input: { total: 7 }, output: { total: 3 } })
  expect(response.route.attempts).toHaveLength(1)
  const [sent] = at.upstream.requests
  expect(sent?.body).toMatchObject({ model: "small", temperature: 0 })
  expect(JSON.stringify(sent?.body["messages"])).toContain("Be brief")
})

it("a route's name stands for its model", async () => {
  await using at = await stage()
  const response = await at.switchyard.generate({ model: "fast", prompt: "Hi" })
  expect(response.route.candidates).toMatchObject([{ provider: "openai", model: "small" }])
  expect(at.upstream.requests[0]?.body["model"]).toBe("small")
})

it("embed gives one vector per input, in order", async () => {
  await using at = await stage()
  at.upstream.reply({
    embeddings: [
      [1, 0],
      [0, 1],
    ],
  })
  const { vectors, dimensions } = await at.switchyard.embed({ model: "openai/embedder", inputs: ["a", "b"] })
  expect(vectors.map((vector) => [...vector])).toEqual([
    [1, 0],
    [0, 1],
  ])
  expect(dimensions).toBe(2)
})

it("explain and providers send nothing", async () => {
  await using at = await stage()
  const explained = await at.switchyard.explain({ model: "fast", prompt: "Hi" })
  expect(explained.candidates).toMatchObject([{ provider: "openai", model: "small", reason: 'route "fast"' }])
  const { all } = await at.switchyard.providers()
  expect(all.map(({ provider, plugin }) => [provider.id, plugin])).toEqual([["openai", "@switchyard/provider-openai"]])
  expect(all[0]?.provider.credentials).toEqual([{ name: "apiKey", present: true }])
  expect(at.upstream.requests).toHaveLength(0)
})

it("the extractive provider answers with cited sentences, whole and streamed alike", async () => {
  await using switchyard = createSwitchyard({ plugins: [extractive()] })
  const prompt = "The harbour was built in 1874. Dogs are welcome.\n\nWhen was the harbour built?"
  const response = await switchyard.generate({ model: "auto", prompt })
  expect(textOf(response.content)).toBe("The harbour was built in 1874. [1]")
  const stream = switchyard.stream({ model: "extractive/default", prompt })
  expect((await collect(stream.text())).join("")).toBe("The harbour was built in 1874. [1]")
  expect((await stream.response()).content).toEqual(response.content)
  expect(await rejection(switchyard.embed({ model: "extractive/default", inputs: ["a"] }))).toBeInstanceOf(
    UnsupportedError,
  )
})

it("50 calls and 50 streams at once keep apart", { timeout: 10_000 }, async () => {
  await using at = await stage()
  at.upstream.always(({ body }) => ({ text: `echo ${JSON.stringify(body["messages"])}`, chunks: 5 }))
  const numbers = Array.from({ length: 50 }, (_, index) => `number-${index}!`)
  const whole = numbers.map(async (prompt) => {
    expect(textOf((await at.switchyard.generate({ ...hello, prompt })).content)).toContain(prompt)
  })
  const streamed = numbers.map(async (prompt) => {
    const stream = at.switchyard.stream({ ...hello, prompt })
    expect((await collect(stream.text())).join("")).toContain(prompt)
    expect(textOf((await stream.response()).content)).toContain(prompt)
  })
  await Promise.all([...whole, ...streamed])
  expect(at.upstream.requests).toHaveLength(100)
})

it("a wrong request is refused before anything is sent, and names the field", async () => {
  await using at = await stage()
  const wrong: ReadonlyArray<readonly [request: object, field: string]> = [
    [{ model: "", prompt: "Hi" }, "model"],
    [{ model: "openai/small" }, "messages"],
    [{ ...hello, temperature: Number.NaN }, "temperature"],
    [{ ...hello, maxOutputTokens: 0 }, "maxOutputTokens"],
    [{ model: "openai/small", messages: [{ role: "robot", content: "Hi" }] }, "messages[0].role"],
  ]
  for (const [request, field] of wrong) {
    const error = await rejection(at.switchyard.generate(request as typeof hello))
    expect(error).toBeInstanceOf(InvalidRequestError)
    expect(error).toMatchObject({ recovery: "none", message: expect.stringContaining(field) })
    expect(error).not.toBeInstanceOf(ConfigurationError)
  }
  const embedded = await rejection(at.switchyard.embed({ model: "openai/embedder", inputs: [] }))
  expect(embedded).toMatchObject({ name: "InvalidRequestError", message: expect.stringContaining("inputs") })
  expect(at.upstream.requests).toHaveLength(0)
})

it("an unknown model or provider is a NoRouteError that names what is there", async () => {
  await using at = await stage()
  for (const model of ["nobody/small", "smal", "openai/"]) {
    const error = await rejection(at.switchyard.generate({ model, prompt: "Hi" }))
    expect(error).toBeInstanceOf(NoRouteError)
    expect(error).toMatchObject({ message: expect.stringContaining(model) })
  }
  const close = await rejection(at.switchyard.generate({ model: "smal", prompt: "Hi" }))
  expect(close).toMatchObject({ message: expect.stringContaining("openai/small") })
})
