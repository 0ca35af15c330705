import type { LookupFunction } from "node:net"
import { Exchange } from "./internal/Exchange.ts"
import { guardedAgent } from "./internal/guardedAgent.ts"
import { isPublicAddress } from "./internal/publicAddress.ts"
import { TransportError } from "./TransportError.ts"

/** All optional. Times in milliseconds, sizes in bytes. */
export interface FetchPublicOptions {
  /** Largest body, decompressed. Default 20 MiB. */
  readonly maxBytes?: number | undefined
  /** For everything together: look-up, connecting, redirects, the whole body. Default 30,000 ms, at most 24.8 days. */
  readonly timeoutMs?: number | undefined
  /** Redirects followed, at most. Default 3. */
  readonly maxRedirects?: number | undefined
  /**
   * Host names or addresses that may be private: an intranet, a test server. Written as in the URL, without the port. It
   * holds by host, for every request of the call: a redirect may lead to a listed host, from wherever, and to no other
   * private one.
   */
  readonly allow?: ReadonlyArray<string> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How names are looked up. Default: the system's way. Its answers are checked like any other. */
  readonly lookup?: LookupFunction | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PublicResource {
  /** Where the body came from, redirects followed. */
  readonly url: string
  /** The server's `content-type` without parameters, in lower case; not to be trusted. */
  readonly mediaType: string | undefined
  readonly bytes: Uint8Array<ArrayBuffer>
}

const refuse = (message: string): TransportError => new TransportError("INVALID_REQUEST", message)

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$|\.$/g, "")

/** The URL parser has already turned decimal, octal and hexadecimal hosts into plain addresses. */
const parse = (input: string | URL, base?: URL): URL => {
  const url = URL.parse(String(input), base)
  if (url === null) throw refuse("the URL is not valid")
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refuse(`the URL has the protocol ${url.protocol}, and only http and https are fetched`)
  }
  if (url.username !== "" || url.password !== "") throw refuse(`${url.origin}: the URL contains credentials`)
  return url
}

/** Where an answer sends us on to; `undefined` when it is the last one. */
const redirectOf = (response: Response, from: URL): URL | undefined => {
  const location = response.headers.get("location")
  if (response.status < 300 || response.status > 399 || location === null) return undefined
  const to = parse(location, from)
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new TransportError("REDIRECT_REFUSED", `${from.origin}: redirects from https to http`)
  }
  return to
}

const mediaTypeOf = (headers: Headers): string | undefined =>
  headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase()

/** What a timer takes: a longer time would end at once. */
const longestMs = 2_147_483_647

/** NaN compares with nothing: as a limit it would be none. */
const limitsOf = ({ maxBytes = 20 * 1024 * 1024, timeoutMs = 30_000, maxRedirects = 3 }: FetchPublicOptions) => {
  for (const [name, value] of Object.entries({ maxBytes, timeoutMs, maxRedirects })) {
    if (!(value >= 0)) throw refuse(`${name} is ${value}, and must be a number of at least 0`)
  }
  return { maxBytes, timeoutMs: Math.min(timeoutMs, longestMs), maxRedirects }
}

/** A signal that also fires when the time is up, and a way to stop the clock. */
const bounded = (outer: AbortSignal | undefined, timeoutMs: number, what: string) => {
  const controller = new AbortController()
  const late = () => new TransportError("TIME_LIMIT", `${what}: was not fetched within ${timeoutMs} ms`)
  const timer = setTimeout(() => controller.abort(late()), timeoutMs)
  const pass = () => controller.abort(outer?.reason)
  if (outer?.aborted === true) pass()
  else outer?.addEventListener("abort", pass)
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer)
      outer?.removeEventListener("abort", pass)
    },
  }
}

/**
 * Fetches a URL that someone else chose, without letting it reach inside: http and https only, and public addresses only.
 * The address is checked that the socket really connects to, for the first request and for each redirect, so neither a
 * redirect nor a name server that changes its answer gets through; nor do private hosts in other spellings. The size is
 * counted while reading and after decompression, whatever `content-length` says. Environment proxies are not used, and
 * nothing is sent but a GET with the given headers (which a redirect to another origin does not get).
 *
 * Rejects with a `TransportError`: `ADDRESS_REFUSED`, `INVALID_REQUEST` (not http, credentials in it, or a limit that is no number),
 * `REDIRECT_REFUSED` (too many, or https to http), `RESPONSE_TOO_LARGE`, `TIME_LIMIT`, `HTTP_STATUS`, or what the network
 * did; after an abort with the signal's own reason.
 */
export const fetchPublic = async (url: string | URL, options: FetchPublicOptions = {}): Promise<PublicResource> => {
  const { maxBytes, timeoutMs, maxRedirects } = limitsOf(options)
  const { headers = {} } = options
  const allowed = new Set((options.allow ?? []).map(bare))
  const isAllowed = (host: string): boolean => allowed.has(bare(host))
  const first = parse(url)
  const { signal, stop } = bounded(options.signal, timeoutMs, first.origin)
  const agent = guardedAgent({ isAllowed, lookup: options.lookup, connectTimeoutMs: timeoutMs })
  const get = (target: URL): Promise<Response> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) throw signal.reason
      const { origin, pathname, search } = target
      const exchange = new Exchange(
        { url: target.href, origin, method: "GET", redirect: "manual", signal, maxResponseBytes: maxBytes },
        resolve,
        reject,
      )
      const sent = origin === first.origin ? { ...headers } : {}
      agent.dispatch({ origin, path: pathname + search, method: "GET", headers: sent, body: null }, exchange)
    })
  try {
    let target = first
    for (let redirects = 0; ; redirects++) {
      const response = await get(target)
      const next = redirectOf(response, target)
      if (next === undefined) return await received(response, target, maxBytes)
      if (redirects >= maxRedirects) {
        throw new TransportError("REDIRECT_REFUSED", `${first.origin}: redirects more than ${maxRedirects} times`)
      }
      target = next
    }
  } finally {
    stop()
    await agent.destroy()
  }
}

const received = async (response: Response, { origin, href }: URL, maxBytes: number): Promise<PublicResource> => {
  if (!response.ok) throw new TransportError("HTTP_STATUS", `${origin}: answered ${response.status}`)
  const announced = Number(response.headers.get("content-length"))
  if (announced > maxBytes) {
    throw new TransportError(
      "RESPONSE_TOO_LARGE",
      `${origin}: announces ${announced} bytes, and ${maxBytes} are allowed`,
    )
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { url: href, mediaType: mediaTypeOf(response.headers), bytes }
}

/** Is the host of this URL refused without looking it up, being a private address? For checks before anything is sent. */
export const isPrivateHost = (url: string | URL): boolean => {
  const host = bare(URL.parse(String(url))?.hostname ?? "")
  return host === "localhost" || host.endsWith(".localhost") || (/^[\d.]+$|:/.test(host) && !isPublicAddress(host))
}
