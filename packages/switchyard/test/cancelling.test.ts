import { createSwitchyard, ConfigurationError, type Switchyard, TimeoutError } from "../src/index.ts"
import { definePlugin, type Middleware } from "@switchyard/core"
import { openai } from "@switchyard/provider-openai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { collect, hello, rejection, stage } from "./stacks.ts"

const reason = new Error("the user went away")

type Call = (switchyard: Switchyard, signal: AbortSignal) => Promise<unknown>

const calls: ReadonlyArray<readonly [name: string, call: Call]> = [
  ["generate", (switchyard, signal) => switchyard.generate(hello, { signal })],
  ["stream", (switchyard, signal) => collect(switchyard.stream(hello, { signal }))],
  ["stream, response()", (switchyard, signal) => switchyard.stream(hello, { signal }).response()],
  ["embed", (switchyard, signal) => switchyard.embed({ model: "openai/embedder", inputs: ["a"] }, { signal })],
]

describe.each(calls)("%s", (_, call) => {
  it("rejects with the signal's reason before anything is sent", async () => {
    await using at = await stage()
    expect(await rejection(call(at.switchyard, AbortSignal.abort(reason)))).toBe(reason)
    expect(at.upstream.requests).toHaveLength(0)
  })

  it("rejects with the signal's reason at once while waiting, and closes the socket", async () => {
    await using at = await stage()
    at.upstream.always({ fault: { silent: true } })
    // A busy machine may run nothing for 50 ms: the best of three counts.
    const waits: Array<number> = []
    for (let index = 0; index < 3; index++) {
      const controller = new AbortController()
      const failed = rejection(call(at.switchyard, controller.signal))
      const request = await at.upstream.waitForRequest(index)
      const aborted = performance.now()
      controller.abort(reason)
      expect(await failed).toBe(reason)
      const rejected = performance.now()
      expect(await request.closed).toBe("aborted")
      waits.push(Math.max(rejected, request.closedAt ?? Infinity) - aborted)
      if (rejected - aborted < 50) break
    }
    expect(Math.min(...waits)).toBeLessThan(50)
  })
})

it("a signal in the middle of a stream rejects the reading with its reason, and response() too", async () => {
  await using at = await stage()
  at.upstream.reply({ fault: { stallAfterChunks: 2 } })
  const controller = new AbortController()
  const stream = at.switchyard.stream(hello, { signal: controller.signal })
  const read = async () => {
    for await (const part of stream) if (part.type === "text-delta") setImmediate(() => controller.abort(reason))
  }
  expect(await rejection(read())).toBe(reason)
  expect(await rejection(stream.response())).toBe(reason)
  expect(await at.upstream.requests[0]?.closed).toBe("aborted")
})

it("an abort after the end changes nothing", async () => {
  await using at = await stage()
  const controller = new AbortController()
  const stream = at.switchyard.stream(hello, { signal: controller.signal })
  await collect(stream)
  await at.switchyard.generate(hello, { signal: controller.signal })
  controller.abort(reason)
  expect((await stream.response()).finish).toMatchObject({ unified: "stop" })
})

it("a deadline ends a call with a TimeoutError", async () => {
  await using at = await stage()
  at.upstream.always({ fault: { silent: true } })
  const late = { ...hello, policy: { deadline: 30 } }
  for (const call of [at.switchyard.generate(late), at.switchyard.stream(late).response()]) {
    expect(await rejection(call)).toMatchObject({ name: "TimeoutError", reason: { phase: "call", ms: 30 } })
  }
  expect(await rejection(at.switchyard.generate(late))).toBeInstanceOf(TimeoutError)
})

describe("close", () => {
  it("is idempotent, also while it closes; calls after it say so", async () => {
    await using at = await stage()
    await at.switchyard.generate(hello)
    await Promise.all([at.switchyard.close(), at.switchyard.close()])
    await at.switchyard.close()
    for (const [, call] of calls) {
      const error = await rejection(call(at.switchyard, new AbortController().signal))
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({ message: expect.stringContaining("closed: create another one") })
    }
    expect(await rejection(at.switchyard.providers())).toBeInstanceOf(ConfigurationError)
    expect(await rejection(at.switchyard.explain(hello))).toBeInstanceOf(ConfigurationError)
    expect(at.upstream.requests).toHaveLength(1)
  })

  it("of a stack that was never used builds nothing", async () => {
    let built = 0
    const counted = Effect.sync((): Middleware => {
      built++
      return { name: "counting", stage: "guard" }
    })
    const plugin = definePlugin({
      manifest: { name: "counting", kind: "middleware", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.effect(key, counted),
    })
    await createSwitchyard({ plugins: [plugin()] }).close()
    expect(built).toBe(0)
  })

  it("ends a call that runs and closes its socket", async () => {
    await using at = await stage()
    at.upstream.always({ fault: { silent: true } })
    const failed = rejection(at.switchyard.generate(hello))
    const request = await at.upstream.waitForRequest()
    await at.switchyard.close()
    expect(await failed).toMatchObject({ message: expect.stringContaining("its Switchyard was closed") })
    expect(await request.closed).toBe("aborted")
  })

  it("ends a stream that runs: it rejects and does not just end", async () => {
    await using at = await stage()
    at.upstream.always({ fault: { stallAfterChunks: 1 } })
    const read = async () => {
      for await (const part of at.switchyard.stream(hello)) {
        if (part.type === "text-delta") setImmediate(() => void at.switchyard.close())
      }
    }
    expect(await rejection(read())).toMatchObject({ message: expect.stringContaining("its Switchyard was closed") })
    expect(await at.upstream.requests[0]?.closed).toBe("aborted")
  })

  it("ends what waits for no network", async () => {
    const waiting = definePlugin({
      manifest: { name: "waiting", kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) =>
        Layer.succeed(key, {
          id: "waiting",
          models: ["forever"],
          describe: () => undefined,
          generate: () => Effect.never,
          stream: () => Stream.never,
        }),
    })
    const switchyard = createSwitchyard({ plugins: [waiting()] })
    await switchyard.providers()
    const request = { model: "waiting/forever", prompt: "Hi" }
    const failed = [switchyard.generate(request), collect(switchyard.stream(request))].map(rejection)
    await new Promise(setImmediate)
    await switchyard.close()
    for (const error of await Promise.all(failed)) expect(error).toBeInstanceOf(ConfigurationError)
  })

  it("comes with `await using`", async () => {
    await using at = await stage()
    at.upstream.always({ fault: { silent: true } })
    let failed: Promise<unknown>
    {
      await using inner = createSwitchyard({ plugins: [openai({ baseURL: at.upstream.baseURL, apiKey: "sk" })] })
      await inner.providers()
      failed = rejection(inner.generate(hello))
    }
    expect(await failed).toBeInstanceOf(ConfigurationError)
  })

  it("ends a stack that is still being built, and so does a signal", async () => {
    const slow = definePlugin({
      manifest: { name: "slow", kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.effect(key, Effect.never),
    })
    const switchyard = createSwitchyard({ plugins: [slow()] })
    const controller = new AbortController()
    const aborted = rejection(switchyard.generate(hello, { signal: controller.signal }))
    const streamed = rejection(collect(switchyard.stream(hello, { signal: controller.signal })))
    const closed = rejection(switchyard.generate(hello))
    controller.abort(reason)
    expect(await aborted).toBe(reason)
    expect(await streamed).toBe(reason)
    await switchyard.close()
    expect(await closed).toBeInstanceOf(ConfigurationError)
  })
})
