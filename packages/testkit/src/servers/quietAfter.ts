import { createServer, connect } from "node:net"
import * as Effect from "effect/Effect"

/**
 * The URL of a way to a Postgres that, on a connection, passes nothing on any more once the client says `text`: so one meets a
 * server that does not answer one statement. Closed with the scope.
 */
export const quietAfter = (text: string, url: string) => {
  const to = new URL(url)
  const listening = createServer((client) => {
    const server = connect(Number(to.port || 5432), to.hostname)
    let quiet = false
    client.on("data", (data) => {
      quiet ||= data.includes(text)
      if (!quiet) server.write(data)
    })
    server.pipe(client)
    for (const socket of [client, server]) socket.on("error", () => undefined)
    client.on("close", () => server.destroy())
    server.on("close", () => client.destroy())
  })
  return Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      listening.listen(0, "127.0.0.1", () => {
        const address = listening.address()
        if (address === null || typeof address === "string") throw new Error("no port")
        const way = new URL(url)
        way.hostname = "127.0.0.1"
        way.port = String(address.port)
        resume(Effect.succeed(way.href))
      })
    }),
    () => Effect.sync(() => listening.close()),
  )
}
