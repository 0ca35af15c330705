import { createServer, type IncomingHttpHeaders } from "node:http"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

export interface Posted {
  readonly event: string
  readonly ticket: string
  readonly status: string
  readonly by?: string
  readonly [field: string]: unknown
}

class Never extends Data.TaggedError("Never")<{ readonly message: string }> {}

/** A server that writes down what the webhook tells it, and answers with `statuses`, then with 200. 0: never. */
export const listener = Effect.acquireRelease(
  Effect.promise(async () => {
    const posted: Array<Posted> = []
    const headers: Array<IncomingHttpHeaders> = []
    const statuses: Array<number> = []
    const server = createServer((request, response) => {
      let body = ""
      request.setEncoding("utf8").on("data", (text: string) => (body += text))
      request.on("end", () => {
        headers.push(request.headers)
        const status = statuses.shift() ?? 200
        if (status === 0) return
        if (status === 200) posted.push(JSON.parse(body))
        response.writeHead(status).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { server, posted, headers, statuses, url: `http://127.0.0.1:${port}/hook?token=in-the-url` }
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    }),
)

/** Waits 15 s at most. */
export const until = (what: string, is: () => boolean) =>
  Effect.suspend(() => (is() ? Effect.void : new Never({ message: `never: ${what}` }))).pipe(
    Effect.retry({ times: 750, schedule: Schedule.spaced("20 millis") }),
  )
