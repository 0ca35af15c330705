import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { expect, it } from "vitest"
import { readEvents } from "../src/index.ts"
import { openTransport, serve } from "./servers.ts"

/** A server whose answers begin with one event and go on as `rest` says; it counts the sockets it was reached by. */
const serveRest = async (rest: (response: ServerResponse) => void) => {
  const sockets = new Set<unknown>()
  const responses: Array<ServerResponse> = []
  const base = await serve((request, response) => {
    sockets.add(request.socket)
    responses.push(response)
    response.write("data: [DONE]\n\n")
    rest(response)
  })
  return { base, sockets, responses }
}

const readOne = async (fetch: typeof globalThis.fetch, base: string) => {
  const reader = readEvents(await fetch(base))
  expect((await reader.next())?.[0]?.data).toBe("[DONE]")
  return reader
}

it("the little that follows a complete answer is dropped, and its connection serves the next call", async () => {
  const { fetch } = openTransport({ connections: 1 })
  const { base, sockets, responses } = await serveRest(() => undefined)
  for (let n = 0; n < 5; n++) {
    const reader = await readOne(fetch, base)
    reader.release()
    expect(await reader.next()).toBeUndefined()
    responses[n]?.end(": bye\n\n")
  }
  expect(sockets.size).toBe(1)
})

it("an answer that goes on past 64 KiB loses its connection", async () => {
  const { fetch } = openTransport()
  const { base, responses } = await serveRest(() => undefined)
  const reader = await readOne(fetch, base)
  reader.release()
  const [response] = responses
  const closed = once(response!, "close")
  response?.write("x".repeat(200_000))
  await closed
  expect(response?.writableFinished).toBe(false)
})

it("an answer that never ends loses its connection soon", async () => {
  const { fetch } = openTransport()
  const { base, responses } = await serveRest(() => undefined)
  const reader = await readOne(fetch, base)
  const closed = once(responses[0]!, "close")
  const start = performance.now()
  reader.release()
  await closed
  expect(performance.now() - start).toBeLessThan(1500)
})

it("a standard Response is closed unless its end comes next", async () => {
  const { base, responses } = await serveRest(() => undefined)
  const reader = await readOne(globalThis.fetch, base)
  const closed = once(responses[0]!, "close")
  reader.release()
  await closed
  expect(responses[0]?.writableFinished).toBe(false)
})
