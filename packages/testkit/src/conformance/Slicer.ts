import { connect, createServer, type Socket } from "node:net"
import { setImmediate as turn } from "node:timers/promises"

export interface Slicer {
  readonly baseURL: string
  readonly close: () => Promise<void>
}

/** Writes one slice per turn of the event loop, so that the reader gets to see the cuts. */
const writeSliced = async (bytes: Buffer, to: Socket, size: number): Promise<void> => {
  for (let at = 0; at < bytes.length && !to.destroyed; at += size) {
    to.write(bytes.subarray(at, at + size))
    await turn()
  }
}

/**
 * Stands between a client and an upstream and cuts every answer into slices of so many bytes, wherever they fall: inside
 * lines, escapes and multi-byte characters.
 */
export const startSlicer = async (baseURL: string, size: number): Promise<Slicer> => {
  const target = new URL(baseURL)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on("error", () => socket.destroy())
    socket.once("close", () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    keep(client)
    keep(upstream)
    client.pipe(upstream)
    let written = Promise.resolve()
    upstream.on("data", (bytes: Buffer) => {
      written = written.then(() => writeSliced(bytes, client, size))
    })
    upstream.once("close", () => void written.then(() => client.end()))
    client.once("close", () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    baseURL: `http://127.0.0.1:${port}${target.pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
