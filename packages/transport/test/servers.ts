import { once } from "node:events"
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { Server as NetServer, Socket } from "node:net"
import { createServer as createNetServer } from "node:net"
import { onTestFinished } from "vitest"
import type { Transport, TransportOptions } from "../src/index.ts"
import { makeTransport } from "../src/index.ts"

const listen = async (server: NetServer, close: () => void): Promise<string> => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(async () => {
    const closed = once(server, "close")
    server.close()
    close()
    await closed
  })
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("the server has no port")
  return `http://127.0.0.1:${address.port}`
}

/** A real HTTP server that lives until the test is over. */
export const serve = (handler: RequestListener): Promise<string> => {
  const server = createServer(handler)
  return listen(server, () => server.closeAllConnections())
}

/** A raw TCP server, for answers that an HTTP server would not give. */
export const serveRaw = (handler: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    handler(socket)
  })
  return listen(server, () => {
    for (const socket of sockets) socket.destroy()
  })
}

/** A transport that is closed when the test is over; without the environment's proxy unless asked for. */
export const openTransport = (options: TransportOptions = {}): Transport => {
  const transport = makeTransport({ proxy: false, ...options })
  onTestFinished(() => transport.close())
  return transport
}

/** A promise and its levers. */
export const signal = <A>(): { readonly promise: Promise<A>; readonly resolve: (value: A) => void } => {
  let settle: (value: A) => void = () => undefined
  const promise = new Promise<A>((resolve) => {
    settle = resolve
  })
  return { promise, resolve: settle }
}

export const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(value))
}

/** The rejection of `promise`; fails when it resolves. */
export const failureOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const outcome = await promise.then(
    () => ({ failed: false as const, error: undefined }),
    (error: unknown) => ({ failed: true as const, error }),
  )
  if (!outcome.failed) throw new Error("expected a rejection")
  return outcome.error
}
