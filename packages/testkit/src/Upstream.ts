import { createServer, type Server } from "node:http"
import { anthropicDialect } from "./internal/anthropic/dialect.ts"
import type { Dialect } from "./internal/Dialect.ts"
import { openaiDialect } from "./internal/openaiDialect.ts"
import { makeRecorder } from "./internal/Recorder.ts"
import { makeScript } from "./internal/Script.ts"
import { serve, type Stage } from "./internal/serve.ts"
import type { RecordedRequest } from "./RecordedRequest.ts"
import type { ReplyScript } from "./Reply.ts"

export interface UpstreamOptions {
  /** When given, requests with another key get the documented 401: `authorization: Bearer`, `api-key` or `x-api-key`. */
  readonly apiKey?: string
  /** Ids that `GET /v1/models` lists. Default: `["test-model"]`. */
  readonly models?: ReadonlyArray<string>
}

/** A running upstream. Use it with `await using`, or call `close()`. */
export interface Upstream extends AsyncDisposable {
  /** What the vendor's client takes as its base URL: `http://127.0.0.1:PORT/v1` for OpenAI's, without `/v1` for Anthropic's. */
  readonly baseURL: string
  /** Scripts the next requests, one reply each, in order. Requests that are refused (401, 404, 400) use none up. */
  readonly reply: (...replies: ReadonlyArray<ReplyScript>) => void
  /** What is answered when nothing is scripted. Default: `{}`. */
  readonly always: (reply: ReplyScript) => void
  /** All requests so far, in the order in which they were complete; refused ones too. */
  readonly requests: ReadonlyArray<RecordedRequest>
  /** The request at this position (default 0), as soon as it is there. Rejects when the upstream closes first. */
  readonly waitForRequest: (index?: number) => Promise<RecordedRequest>
  /** Scripted replies that no request has used yet. */
  readonly pending: number
  /** Forgets scripts and requests. Exchanges that are open go on. */
  readonly reset: () => void
  /** Ends every connection at once and stops listening; resolves when nothing is left running. */
  readonly close: () => Promise<void>
}

const listen = (server: Server, basePath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (address === null || typeof address === "string") return reject(new Error("The upstream has no TCP port."))
      resolve(`http://127.0.0.1:${address.port}${basePath}`)
    })
  })

/** Stops the server, breaks all its connections and waits until the last answer has noticed. */
const stop = async (server: Server, open: ReadonlySet<Promise<void>>): Promise<void> => {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await stopped
  await Promise.all(open)
}

/** A server that keeps track of the exchanges it has open, and a way to end them all. */
const makeServer = (stage: Omit<Stage, "closing">) => {
  const closing = new AbortController()
  const open = new Set<Promise<void>>()
  // No idle time-out: a pooled connection closed here just as a client reuses it would be a fault nobody scripted.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (message, response) => {
    const exchange = serve(message, response, { ...stage, closing: closing.signal })
    open.add(exchange)
    void exchange.finally(() => open.delete(exchange))
  })
  let stopped: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing.abort()
    stage.recorder.close()
    stopped ??= stop(server, open)
    return stopped
  }
  return { server, close }
}

const start = async (dialect: Dialect, options: UpstreamOptions): Promise<Upstream> => {
  const recorder = makeRecorder()
  const script = makeScript()
  const { apiKey, models = ["test-model"] } = options
  const { server, close } = makeServer({ dialect, apiKey, models, recorder, script })
  return {
    baseURL: await listen(server, dialect.basePath),
    reply: (...replies) => script.add(replies),
    always: (reply) => script.fallBackTo(reply),
    requests: recorder.requests,
    waitForRequest: (index = 0) => recorder.wait(index),
    get pending() {
      return script.size()
    },
    reset: () => {
      script.clear()
      recorder.clear()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * Starts an HTTP server on 127.0.0.1, on a free port, that speaks the OpenAI wire: `POST /chat/completions`,
 * `POST /responses`, `POST /embeddings` and `GET /models`, under any prefix. Each request is recorded and answered by
 * the next scripted reply.
 */
export const startUpstream = (options: UpstreamOptions = {}): Promise<Upstream> => start(openaiDialect, options)

/**
 * The same for the Anthropic wire: `POST /v1/messages` and `GET /v1/models`, under any prefix, with the header
 * `anthropic-version` required as the vendor does.
 */
export const startAnthropicUpstream = (options: UpstreamOptions = {}): Promise<Upstream> =>
  start(anthropicDialect, options)
