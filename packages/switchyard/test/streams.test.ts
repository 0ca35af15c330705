import { checkGrammar } from "@switchyard/testkit"
import { expect, it } from "vitest"
import { NetworkError, RateLimitedError, type StreamPart, textOf, TruncatedError } from "../src/index.ts"
import { collect, hello, rejection, stage } from "./stacks.ts"

it("the parts follow the grammar, and response() is what generate gives", async () => {
  await using at = await stage()
  at.upstream.always({ text: "one two three", id: "answer-1" })
  const stream = at.switchyard.stream(hello)
  const parts = await collect(stream)
  expect(checkGrammar(parts)).toEqual([])
  expect(parts[0]?.type).toBe("stream-start")
  expect(parts.at(-1)?.type).toBe("finish")
  const [streamed, whole] = [await stream.response(), await at.switchyard.generate(hello)]
  expect({ ...streamed, route: undefined }).toEqual({ ...whole, route: undefined })
  expect(await stream.response()).toEqual(streamed)
})

it("text() gives the pieces as they come", async () => {
  await using at = await stage()
  at.upstream.reply({ chunks: ["one ", "two ", "three"] })
  const stream = at.switchyard.stream(hello)
  expect((await collect(stream.text())).join("|")).toBe("one |two |three")
  expect(textOf((await stream.response()).content)).toBe("one two three")
})

it("the first piece is there before the last one was sent", async () => {
  await using at = await stage()
  at.upstream.reply({ chunks: ["first ", "last"], fault: { stallAfterChunks: 1 } })
  for await (const text of at.switchyard.stream(hello).text()) {
    expect(text).toBe("first ")
    expect(at.upstream.requests[0]?.end).toBeUndefined()
    break
  }
  expect(await at.upstream.requests[0]?.closed).toBe("aborted")
})

it("nothing is sent before it is read; response() reads it", async () => {
  await using at = await stage()
  at.upstream.reply({ text: "unread" })
  const stream = at.switchyard.stream(hello)
  await at.switchyard.generate(hello)
  expect(at.upstream.requests).toHaveLength(1)
  await stream.response()
  expect(at.upstream.requests).toHaveLength(2)
})

it("a stream is read once", async () => {
  await using at = await stage()
  const stream = at.switchyard.stream(hello)
  await collect(stream)
  await expect(collect(stream)).rejects.toThrow("a response stream can be read once")
  await expect(collect(stream.text())).rejects.toThrow("once")
  expect(at.upstream.requests).toHaveLength(1)
})

it("response() in the middle is refused, and the reading goes on", async () => {
  await using at = await stage()
  at.upstream.reply({ chunks: ["one ", "two"], fault: { chunkDelayMs: 30 } })
  const stream = at.switchyard.stream(hello)
  const seen: Array<string> = []
  for await (const text of stream.text()) {
    if (seen.length === 0) await expect(stream.response()).rejects.toThrow("read to its end")
    seen.push(text)
  }
  expect(seen).toEqual(["one ", "two"])
  expect(textOf((await stream.response()).content)).toBe("one two")
})

it("leaving the loop early closes the socket, and there is no response then", async () => {
  await using at = await stage()
  at.upstream.reply({ fault: { stallAfterChunks: 2 } })
  const stream = at.switchyard.stream(hello)
  for await (const part of stream) if (part.type === "text-delta") break
  expect(await at.upstream.requests[0]?.closed).toBe("aborted")
  await expect(stream.response()).rejects.toMatchObject({ name: "AbortError" })
  expect(await collect(at.switchyard.stream(hello).text())).not.toEqual([])
})

it("cancelled before it is read it sends nothing; cancelled while it is read the reader gets an AbortError", async () => {
  await using at = await stage()
  const unread = at.switchyard.stream(hello)
  await unread.cancel()
  await expect(collect(unread)).rejects.toMatchObject({ name: "AbortError" })
  expect(at.upstream.requests).toHaveLength(0)
  at.upstream.reply({ fault: { stallAfterChunks: 2 } })
  const stream = at.switchyard.stream(hello)
  const reading = collect(stream)
  await at.upstream.waitForRequest()
  await stream.cancel()
  await expect(reading).rejects.toMatchObject({ name: "AbortError" })
  expect(await at.upstream.requests[0]?.closed).toBe("aborted")
})

it("response() asked twice at once reads once", async () => {
  await using at = await stage()
  const stream = at.switchyard.stream(hello)
  const [one, two] = await Promise.all([stream.response(), stream.response()])
  expect(one).toEqual(two)
  expect(at.upstream.requests).toHaveLength(1)
})

it("an error thrown in the loop closes the socket and comes through", async () => {
  await using at = await stage()
  at.upstream.reply({ fault: { stallAfterChunks: 2 } })
  const mine = new Error("mine")
  const read = async () => {
    for await (const part of at.switchyard.stream(hello)) if (part.type === "text-delta") throw mine
  }
  expect(await rejection(read())).toBe(mine)
  expect(await at.upstream.requests[0]?.closed).toBe("aborted")
})

it("cancel() stops a stream that is being read", async () => {
  await using at = await stage()
  at.upstream.reply({ fault: { stallAfterChunks: 1 } })
  const stream = at.switchyard.stream(hello)
  const read = collect(stream).catch((error: unknown) => error)
  const request = await at.upstream.waitForRequest()
  await expect.poll(() => request.end, { interval: 5 }).toBeUndefined()
  await stream.cancel()
  await read
  expect(await request.closed).toBe("aborted")
})

it("asking twice before the first answer settles both", { timeout: 2000 }, async () => {
  await using at = await stage()
  at.upstream.reply({ text: "one two" })
  const reader = at.switchyard.stream(hello)[Symbol.asyncIterator]()
  const steps = await Promise.all(Array.from({ length: 12 }, () => reader.next()))
  expect(steps[0]).toMatchObject({ done: false, value: { type: "stream-start" } })
  const parts = steps.flatMap((step): ReadonlyArray<StreamPart> => (step.done === true ? [] : [step.value]))
  expect(checkGrammar(parts)).toEqual([])
  expect(steps.at(-1)).toEqual({ done: true, value: undefined })
})

it.each([
  ["a clean end without a finish", { endAfterChunks: 2 }],
  ["a broken connection", { resetAfterChunks: 2 }],
  ["an error inside the 200", { errorAfterChunks: 2, error: "server_error" as const }],
])("%s after content is a TruncatedError with what came, never an end", async (_, fault) => {
  await using at = await stage()
  at.upstream.reply({ chunks: ["one ", "two ", "three"], fault })
  const stream = at.switchyard.stream(hello)
  const seen: Array<string> = []
  const read = async () => {
    for await (const text of stream.text()) seen.push(text)
  }
  const error = await rejection(read())
  expect(error).toBeInstanceOf(TruncatedError)
  expect(seen.join("")).toBe("one two ")
  if (!(error instanceof TruncatedError) || error.reason._tag !== "Truncated") throw new Error("no partial answer")
  expect(textOf(error.reason.partial.content)).toBe("one two ")
  expect(error.route?.attempts).toHaveLength(1)
  expect(await rejection(stream.response())).toBe(error)
})

it("a failure before content is the plain one, from response() as well", async () => {
  await using at = await stage()
  at.upstream.reply(
    { fault: { error: "rate_limit_exceeded", headers: { "retry-after": "2" } } },
    { fault: { resetBeforeHeaders: true } },
  )
  const limited = at.switchyard.stream(hello)
  const error = await rejection(collect(limited))
  expect(error).toBeInstanceOf(RateLimitedError)
  expect(error).toMatchObject({ retryAfterMs: 2000, recovery: "retry", http: { status: 429 } })
  expect(await rejection(limited.response())).toBe(error)
  expect(await rejection(at.switchyard.stream(hello).response())).toBeInstanceOf(NetworkError)
})
