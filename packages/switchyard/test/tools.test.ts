import { checkGrammar } from "@switchyard/testkit"
import * as Schema from "effect/Schema"
import { expect, expectTypeOf, it } from "vitest"
import {
  defineTool,
  InvalidRequestError,
  OutputInvalidError,
  TimeoutError,
  textOf,
  toolFailed,
  ToolFailedError,
} from "../src/index.ts"
import { collect, hello, rejection, stage } from "./stacks.ts"

const weather = defineTool({
  name: "weather",
  description: "The weather in a city",
  input: Schema.Struct({ city: Schema.String }),
  execute: async ({ city }) => ({ city, sky: "clear" }),
})

/** A promise that is resolved from outside. */
const later = <A>() => {
  let resolve: (value: A) => void = () => undefined
  const promise = new Promise<A>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const calling = { toolCalls: [{ id: "call_1", name: "weather", arguments: '{"city":"Rome"}' }] }

it("runTools runs the tools and sends their results back", async () => {
  await using at = await stage()
  at.upstream.reply(calling, { text: "Clear." })
  const run = await at.switchyard.runTools(hello, { tools: [weather] })
  expect(textOf(run.response.content)).toBe("Clear.")
  expect(run).toMatchObject({ stopped: "answer", usage: { input: { total: 18 }, output: { total: 24 } } })
  expect(run.steps).toHaveLength(2)
  const [first, second] = at.upstream.requests
  expect(JSON.stringify(first?.body["tools"])).toContain('"additionalProperties":false')
  expect(JSON.stringify(second?.body)).toContain('{\\"city\\":\\"Rome\\",\\"sky\\":\\"clear\\"}')
})

it("streamTools gives one stream of all steps, and run() how it went", async () => {
  await using at = await stage()
  at.upstream.reply(calling, { text: "Clear skies." })
  const stream = at.switchyard.streamTools(hello, { tools: [weather] })
  const parts = await collect(stream)
  expect(checkGrammar(parts)).toEqual([])
  const shown = parts.map(({ type }) => type).filter((type) => /^tool-(call|result)$|delta|finish/.test(type))
  expect([...new Set(shown)]).toEqual(["tool-input-delta", "tool-call", "tool-result", "text-delta", "finish"])
  const run = await stream.run()
  expect(run).toMatchObject({ stopped: "answer", usage: { output: { total: 24 } } })
  expect((await stream.response()).usage.output.total).toBe(24)
  at.upstream.reply(calling, { text: "Clear." })
  const unread = at.switchyard.streamTools(hello, { tools: [weather] })
  expect((await unread.run()).steps).toHaveLength(2)
})

it("aborting stops the tool that runs, and rejects with the signal's reason", async () => {
  await using at = await stage()
  const reason = new Error("enough")
  for (const kind of ["whole", "stream"] as const) {
    at.upstream.reply(calling)
    const controller = new AbortController()
    const stopped = later<boolean>()
    const slow = defineTool({
      name: "weather",
      input: Schema.Struct({ city: Schema.String }),
      execute: (_, { signal }) => {
        signal.addEventListener("abort", () => stopped.resolve(signal.aborted))
        controller.abort(reason)
        return new Promise<never>(() => undefined)
      },
    })
    const options = { tools: [slow], signal: controller.signal }
    const run =
      kind === "whole" ? at.switchyard.runTools(hello, options) : at.switchyard.streamTools(hello, options).run()
    expect(await rejection(run)).toBe(reason)
    expect(await stopped.promise).toBe(true)
  }
})

it("a wrong tool, a fatal one and a late run reject with their classes", async () => {
  await using at = await stage()
  const input = Schema.Struct({})
  const wrong = [defineTool({ name: "so wrong", input })]
  expect(await rejection(at.switchyard.runTools(hello, { tools: wrong }))).toBeInstanceOf(InvalidRequestError)
  expect(await rejection(at.switchyard.streamTools(hello, { tools: wrong }).run())).toBeInstanceOf(InvalidRequestError)
  expect(at.upstream.requests).toHaveLength(0)
  at.upstream.reply(calling)
  const execute = () => {
    throw toolFailed("weather", "the station is gone")
  }
  const fatal = await rejection(
    at.switchyard.runTools(hello, { tools: [defineTool({ name: "weather", input: weatherInput, execute })] }),
  )
  expect(fatal).toBeInstanceOf(ToolFailedError)
  at.upstream.reply(calling)
  const never = defineTool({ name: "weather", input: weatherInput, execute: () => new Promise<never>(() => undefined) })
  const late = await rejection(at.switchyard.runTools({ ...hello, policy: { deadline: 100 } }, { tools: [never] }))
  expect(late).toBeInstanceOf(TimeoutError)
})

it("a run without options is refused before anything is sent", async () => {
  await using at = await stage()
  const { runTools, streamTools } = at.switchyard
  const options = undefined as unknown as Parameters<typeof runTools>[1] // a caller without types
  for (const run of [() => runTools(hello, options), () => streamTools(hello, options).run()]) {
    const error = await rejection(Promise.resolve().then(run))
    expect(error).toBeInstanceOf(InvalidRequestError)
    expect(error).toMatchObject({ reason: { field: "tools" } })
  }
  expect(at.upstream.requests).toHaveLength(0)
})

it("calls that a server gives one id are told apart, in the stream and on the wire", async () => {
  await using at = await stage()
  const twice = ["Rome", "Oslo"].map((city) => ({ id: "c", name: "weather", arguments: JSON.stringify({ city }) }))
  at.upstream.reply({ toolCalls: twice }, { text: "Clear." })
  const parts = await collect(at.switchyard.streamTools(hello, { tools: [weather] }))
  expect(checkGrammar(parts)).toEqual([])
  const results = parts.filter(({ type }) => type === "tool-result")
  expect(results).toMatchObject([
    { id: "c", output: { value: { city: "Rome" } } },
    { id: "c_2", output: { value: { city: "Oslo" } } },
  ])
  const sent = JSON.stringify(at.upstream.requests[1]?.body)
  expect(sent.match(/"tool_call_id":"[^"]+"|"call_id":"[^"]+"/g)).toEqual(
    expect.arrayContaining([expect.stringContaining('"c"'), expect.stringContaining('"c_2"')]),
  )
})

const weatherInput = Schema.Struct({ city: Schema.String })

it("close ends a run", async () => {
  await using at = await stage()
  at.upstream.reply(calling)
  const begun = later<AbortSignal>()
  const never = defineTool({
    name: "weather",
    input: weatherInput,
    execute: (_, { signal }) => {
      begun.resolve(signal)
      return new Promise<never>(() => undefined)
    },
  })
  const run = rejection(at.switchyard.runTools(hello, { tools: [never] }))
  const signal = await begun.promise
  await at.switchyard.close()
  expect(signal.aborted).toBe(true)
  expect(await run).toMatchObject({ message: expect.stringContaining("closed") })
})

const schema = Schema.Struct({ city: Schema.String, founded: Schema.DateFromString })
const rome = '{"city":"Rome","founded":"1871-02-03"}'

it("generateObject gives an object of the schema's type", async () => {
  await using at = await stage()
  at.upstream.reply({ text: rome })
  const { object, response } = await at.switchyard.generateObject({ ...hello, schema, name: "city" })
  expectTypeOf(object).toEqualTypeOf<{ readonly city: string; readonly founded: Date }>()
  expect(object).toEqual({ city: "Rome", founded: new Date("1871-02-03") })
  expect(response.provider).toBe("openai")
  expect(JSON.stringify(at.upstream.requests[0]?.body)).toMatch(
    /"strict":true.*"additionalProperties":false|"additionalProperties":false.*"strict":true/,
  )
  at.upstream.reply({ text: '{"city":5}' })
  const error = await rejection(at.switchyard.generateObject({ ...hello, schema }))
  expect(error).toBeInstanceOf(OutputInvalidError)
  expect(error).toMatchObject({ reason: { text: '{"city":5}' }, message: expect.stringContaining("city") })
})

it("streamObject gives partial objects and then the checked one", async () => {
  await using at = await stage()
  at.upstream.reply({ text: rome, chunks: ['{"city":"Ro', 'me","fou', 'nded":"1871-02-03"}'] })
  const stream = at.switchyard.streamObject({ ...hello, schema })
  const partials = await collect(stream)
  expectTypeOf(partials).toEqualTypeOf<ReadonlyArray<{ readonly city?: string; readonly founded?: string }>>()
  expect(partials).toEqual([{ city: "Ro" }, { city: "Rome" }, { city: "Rome", founded: "1871-02-03" }])
  expect(await stream.object()).toEqual({ city: "Rome", founded: new Date("1871-02-03") })
  at.upstream.reply({ text: rome })
  const unread = at.switchyard.streamObject({ ...hello, schema })
  const twice = await Promise.all([unread.object(), unread.object()])
  expect(twice.map(({ city }) => city)).toEqual(["Rome", "Rome"])
  await expect(collect(unread)).rejects.toThrow("once")
})

it("an object that does not fit rejects the loop and object(); leaving the loop closes the connection", async () => {
  await using at = await stage()
  at.upstream.reply({ text: '{"city":5}' })
  const wrong = at.switchyard.streamObject({ ...hello, schema })
  expect(await rejection(collect(wrong))).toBeInstanceOf(OutputInvalidError)
  expect(await rejection(wrong.object())).toBeInstanceOf(OutputInvalidError)
  const refused = at.switchyard.streamObject({ ...hello, schema: Schema.String })
  expect(await rejection(refused.object())).toBeInstanceOf(InvalidRequestError)
  expect(at.upstream.requests).toHaveLength(1)
  at.upstream.reply({ text: rome, fault: { stallAfterChunks: 1 }, chunks: [rome.slice(0, 10), rome.slice(10)] })
  const left = at.switchyard.streamObject({ ...hello, schema })
  for await (const partial of left) {
    expect(partial).toEqual({ city: "R" })
    break
  }
  expect(await at.upstream.requests[1]?.closed).toBe("aborted")
  expect(await rejection(left.object())).toMatchObject({ name: "AbortError" })
})
