import type { Dispatcher } from "undici"
import { Agent, EnvHttpProxyAgent, Pool, ProxyAgent } from "undici"
import type { TransportOptions } from "../Transport.ts"
import { TransportError } from "../TransportError.ts"

const proxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]

/** Does the environment name a proxy? One that is no URL is told by its variable, before undici stumbles over it. */
const environmentNamesProxy = (): boolean => {
  const named = proxyVariables.filter((name) => (process.env[name] ?? "") !== "")
  const wrong = named.find((name) => URL.parse(process.env[name] ?? "") === null)
  if (wrong === undefined) return named.length > 0
  throw new TransportError("INVALID_REQUEST", `the environment variable ${wrong} is not the URL of a proxy`)
}

/** undici's side of the options. A body timeout of 0 means none, as in undici. */
const poolOptions = (options: TransportOptions): Pool.Options => ({
  ...(options.connections === undefined ? {} : { connections: options.connections }),
  connectTimeout: options.connectTimeoutMs ?? 10_000,
  headersTimeout: options.headersTimeoutMs ?? 600_000,
  bodyTimeout: options.bodyTimeoutMs ?? 300_000,
  keepAliveTimeout: options.keepAliveMs ?? 4_000,
  allowH2: options.http2 ?? false,
  pipelining: 1,
})

/** The pools that carry the requests: direct, through one proxy, or as the environment says. */
export const makeDispatcher = (options: TransportOptions): Dispatcher => {
  const pool = poolOptions(options)
  const proxy = options.proxy ?? "env"
  if (proxy === false || (proxy === "env" && !environmentNamesProxy())) return new Agent(pool)
  // undici opens the pool towards a forward proxy without these options: the factory adds them.
  const factory = (origin: string | URL, given: object): Dispatcher => new Pool(origin, { ...pool, ...given })
  return proxy === "env"
    ? new EnvHttpProxyAgent({ ...pool, factory })
    : new ProxyAgent({ ...pool, factory, uri: String(proxy) })
}
