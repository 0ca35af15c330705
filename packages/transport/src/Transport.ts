import type { Dispatcher } from "undici"
import { Exchange } from "./internal/Exchange.ts"
import { makeDispatcher } from "./internal/makeDispatcher.ts"
import type { RequestBody } from "./internal/requestBody.ts"
import { requestBody } from "./internal/requestBody.ts"
import { requestHeaders } from "./internal/requestHeaders.ts"
import { TransportError } from "./TransportError.ts"

/** All optional. Times in milliseconds, sizes in bytes. */
export interface TransportOptions {
  /** Sockets per origin; further requests wait in a queue. Default: no limit. */
  readonly connections?: number | undefined
  /** Until the socket is open, TLS handshake included. Default 10,000 ms. */
  readonly connectTimeoutMs?: number | undefined
  /** From the sent request to the complete response headers; 0 = never. Default 600,000 ms, as the SDKs wait. */
  readonly headersTimeoutMs?: number | undefined
  /** Longest gap between two pieces of a response body; 0 = never. Not counted while the reader holds back. Default 300,000 ms. */
  readonly bodyTimeoutMs?: number | undefined
  /**
   * How long an idle socket is kept for the next request. Default 4,000 ms, below the 5 s after which common servers
   * close theirs. A server that names its own time (`keep-alive: timeout=…`) is believed instead, minus 2 s.
   */
  readonly keepAliveMs?: number | undefined
  /** Largest decoded response body. Default 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** `"env"` reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY when the transport is made; a URL; `false`: none. Default `"env"`. */
  readonly proxy?: "env" | (string & {}) | URL | false | undefined
  /** Offer HTTP/2 to https servers; an abort then resets the stream, not the socket. Default `false`. */
  readonly http2?: boolean | undefined
}

export interface Transport {
  /**
   * A `fetch` for the official SDKs. Rejects with a `TransportError`, or with the signal's reason after an abort. One
   * call is one HTTP request: nothing is retried, no redirect is followed.
   */
  readonly fetch: typeof globalThis.fetch
  /** Refuses further calls, fails those that still run, closes every socket. */
  close(): Promise<void>
}

interface Target {
  readonly url: string
  readonly origin: string
  readonly path: string
}

const parseTarget = (input: string | URL): Target => {
  const url = typeof input === "string" ? URL.parse(input) : input
  if (url === null) throw new TransportError("INVALID_REQUEST", "the request URL is not valid")
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TransportError("INVALID_REQUEST", `the request URL has the protocol ${url.protocol}, not http or https`)
  }
  if (url.username !== "" || url.password !== "") {
    throw new TransportError("INVALID_REQUEST", "the request URL contains credentials; send them as a header")
  }
  const path = url.pathname + url.search
  return { url: url.origin + path, origin: url.origin, path }
}

class UndiciTransport implements Transport {
  readonly #dispatcher: Dispatcher
  readonly #maxResponseBytes: number

  constructor(options: TransportOptions) {
    this.#dispatcher = makeDispatcher(options)
    this.#maxResponseBytes = options.maxResponseBytes ?? 256 * 1024 * 1024
  }

  /** Bound, since SDKs call it without a receiver. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    if (input instanceof Request) return this.#fetchRequest(new Request(input, init))
    const signal = init.signal ?? undefined
    if (signal?.aborted) throw signal.reason
    const target = parseTarget(input)
    const method = (init.method ?? "GET").toUpperCase()
    const encoded = requestBody(init.body)
    const body = encoded instanceof Promise ? await encoded : encoded
    if (body.payload !== null && (method === "GET" || method === "HEAD")) {
      throw new TransportError("INVALID_REQUEST", `a ${method} request cannot have a body`)
    }
    if (signal?.aborted) throw signal.reason
    return this.#send(target, method, body, init)
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }

  async #fetchRequest(request: Request): Promise<Response> {
    const body = request.body === null ? undefined : await request.arrayBuffer()
    const { url, method, headers, redirect, signal } = request
    return this.fetch(url, { method, headers, redirect, signal, ...(body === undefined ? {} : { body }) })
  }

  #send(target: Target, method: string, body: RequestBody, init: RequestInit): Promise<Response> {
    const { origin, path, url } = target
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(
        {
          url,
          origin,
          method,
          redirect: init.redirect ?? "follow",
          signal: init.signal ?? undefined,
          maxResponseBytes: this.#maxResponseBytes,
        },
        resolve,
        reject,
      )
      const headers = requestHeaders(init.headers, body.contentType)
      this.#dispatcher.dispatch({ origin, path, method, headers, body: body.payload }, exchange)
    })
  }
}

/** Opens no socket before the first call. Make one per process, or one per proxy, and share it. */
export const makeTransport = (options: TransportOptions = {}): Transport => new UndiciTransport(options)
