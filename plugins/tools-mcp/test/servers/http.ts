// The same server over streamable HTTP on loopback, with its faults in the hands of the test.
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import { event } from "./event.ts"
import { makeToolServer } from "./toolServer.ts"

export interface Seen {
  readonly method: string
  readonly headers: IncomingMessage["headers"]
  readonly rpc: string | undefined
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  return body === "" ? undefined : JSON.parse(body)
}

const methodOf = (body: unknown): string | undefined =>
  typeof body === "object" && body !== null && "method" in body ? String(body.method) : undefined

export const startHttpServer = async (
  options: { readonly json?: boolean; readonly more?: ReadonlyArray<string> } = {},
) => {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const seen: Array<Seen> = []
  const sockets = new Set<Socket>()
  const cancelled = event()
  const hanging = event()
  /** Resolves when the connection that carries the hanging call is gone. */
  const released = event()
  /** Resolves when a client listens to what the server says by itself. */
  const listened = event()
  /** Resolves when a client ends its session. */
  const left = event()
  const hooks = {
    crash: () => sockets.forEach((socket) => socket.end()),
    onCancelled: () => cancelled.happened(),
    onHang: () => hanging.happened(),
  }
  const open = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      enableJsonResponse: options.json === true,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await makeToolServer(hooks, options.more).connect(
      transport as Parameters<ReturnType<typeof makeToolServer>["connect"]>[0],
    )
    return transport
  }
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const rpc = methodOf(body)
    seen.push({ method: request.method ?? "", headers: request.headers, rpc })
    if (JSON.stringify(body ?? null).includes('"hang"')) response.on("close", () => released.happened())
    const id = request.headers["mcp-session-id"]
    const known = typeof id === "string" ? sessions.get(id) : undefined
    if (known === undefined && rpc !== "initialize") {
      response
        .writeHead(404)
        .end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32001, message: "gone" }, id: null }))
      return
    }
    if (request.method === "DELETE") left.happened()
    if (options.json !== true && JSON.stringify(body ?? null).includes('"crash"')) {
      // The answer has begun when the connection breaks.
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(": one moment\n\n", () => response.socket?.end())
      return
    }
    const handled = (known ?? (await open())).handleRequest(request, response, body)
    if (request.method === "GET") listened.happened()
    await handled
  })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    seen,
    cancelled: cancelled.promise,
    hanging: hanging.promise,
    released: released.promise,
    listened: listened.promise,
    left: left.promise,
    /** As after a restart: it knows nobody. */
    forget: () => sessions.clear(),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
