// A bridge: the only file, with the transports it uses, that knows the MCP SDK. Imported when the first server starts.
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport, StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import {
  ErrorCode,
  McpError,
  ResultSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js"
import type { JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Limits } from "../McpOptions.ts"
import { type McpProblem, problem, textOf } from "./McpProblem.ts"
import { readTools, type ServerTool } from "./readTools.ts"
import type { ServerSpec } from "./ServerSpec.ts"
import { StdioTransport } from "./StdioTransport.ts"
import { brokenCode, watchedFetch } from "./watchedFetch.ts"

/** A server that has shaken hands. */
export interface Connection {
  /** Why it is gone, once it is. */
  readonly lost: () => string | undefined
  /** It is of no more use: nobody waits for it to end by itself. */
  readonly abandon: () => void
  /** Kept until the server says that they changed. */
  readonly tools: Effect.Effect<ReadonlyArray<ServerTool>, McpProblem>
  /** Interrupting it sends `notifications/cancelled`. */
  readonly call: (tool: string, input: JsonObject) => Effect.Effect<unknown, McpProblem>
}

interface Link {
  readonly transport: Transport
  readonly lost: () => string | undefined
  /** What the server said beside its answers, as the end of a sentence. */
  readonly words: () => string
  /** `graceMs`: how long it may take to end by itself. */
  readonly stop: (graceMs: number) => Effect.Effect<void>
}

/** The SDK's own timers, which its requests cannot do without, never ring: every wait is bounded by its caller. */
const never = { timeout: 2 ** 31 - 1 }

const maxPages = 100
const maxListed = 1_000

/** Starts a server or connects to it, and shakes hands. Closed with the scope. */
export const connect = Effect.fnUntraced(function* (spec: ServerSpec, limits: Limits) {
  const link = spec.kind === "stdio" ? stdioLink(spec, limits) : httpLink(spec, limits)
  const client = new Client({ name: "switchyard", version: "1" }, { capabilities: {} })
  let closed = false
  const onclose = () => {
    closed = true
  }
  Object.assign(client, { onclose })
  const lost = () => link.lost() ?? (closed ? "closed the connection" : undefined)
  const session = new Session(spec, link, client, lost)
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      link.stop(session.healthy ? limits.stopTimeoutMs : 0),
      Effect.promise(() => client.close().catch(() => {})),
    ),
  )
  const shaken = Effect.mapError(
    session.ask((signal) => client.connect(link.transport, { signal, ...never })),
    (failed) => problem(spec, "lost", failed.message),
  )
  yield* Effect.timeoutOrElse(shaken, {
    duration: limits.startTimeoutMs,
    orElse: () => {
      const ms = Math.round(limits.startTimeoutMs)
      return Effect.fail(problem(spec, "lost", `did not start within ${ms} ms${link.words()}`))
    },
  })
  session.healthy = true
  return session satisfies Connection as Connection
})

class Session implements Connection {
  /** Hands were shaken, and nothing has gone wrong since. */
  healthy = false
  readonly lost: () => string | undefined
  readonly tools: Effect.Effect<ReadonlyArray<ServerTool>, McpProblem>
  readonly #spec: ServerSpec
  readonly #link: Link
  readonly #client: Client
  #tools: ReadonlyArray<ServerTool> | undefined
  #version = 0

  constructor(spec: ServerSpec, link: Link, client: Client, lost: () => string | undefined) {
    this.#spec = spec
    this.#link = link
    this.#client = client
    this.lost = lost
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.#version++
      this.#tools = undefined
    })
    // Many calls at once ask once.
    const one = Semaphore.makeUnsafe(1)
    this.tools = Effect.suspend(() =>
      this.#tools === undefined ? one.withPermit(this.#listed) : Effect.succeed(this.#tools),
    )
  }

  readonly abandon = (): void => {
    this.healthy = false
  }

  call(name: string, input: JsonObject): Effect.Effect<unknown, McpProblem> {
    return this.ask((signal) =>
      this.#client.request({ method: "tools/call", params: { name, arguments: { ...input } } }, ResultSchema, {
        signal,
        ...never,
      }),
    )
  }

  ask<A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, McpProblem> {
    return Effect.tryPromise({ try: run, catch: (error) => this.#problemOf(error) })
  }

  readonly #listed: Effect.Effect<ReadonlyArray<ServerTool>, McpProblem> = Effect.suspend(() => {
    if (this.#tools !== undefined) return Effect.succeed(this.#tools)
    if (this.#client.getServerCapabilities()?.tools === undefined) return Effect.succeed([])
    const version = this.#version
    return Effect.map(this.#pages(), (listed) => {
      if (version === this.#version) this.#tools = listed
      return listed
    })
  })

  /** A list without end, or one that turns in a circle, is cut. */
  readonly #pages = Effect.fnUntraced(function* (this: Session) {
    const tools: Array<ServerTool> = []
    const seen = new Set<string>()
    let cursor: string | undefined
    for (let page = 0; page < maxPages && tools.length < maxListed; page++) {
      const params = cursor === undefined ? {} : { cursor }
      const result = yield* this.ask((signal) =>
        this.#client.request({ method: "tools/list", params }, ResultSchema, { signal, ...never }),
      )
      const read = readTools(result)
      tools.push(...read.tools)
      cursor = read.nextCursor
      if (cursor === undefined || seen.has(cursor)) break
      seen.add(cursor)
    }
    return tools.slice(0, maxListed)
  })

  #problemOf(error: unknown): McpProblem {
    const gone = this.#link.lost()
    if (gone !== undefined) return problem(this.#spec, "lost", gone)
    if (error instanceof StreamableHTTPError) return this.#httpProblem(error)
    if (!(error instanceof McpError)) {
      return problem(this.#spec, "lost", `cannot be reached: ${textOf(error)}${this.#link.words()}`)
    }
    const message = error.message.replace(/^MCP error -?\d+: /, "")
    if (error.code === brokenCode) return problem(this.#spec, "lost", message)
    // The SDK gives the code that a closed connection gets to errors of servers too.
    const lost = this.lost()
    if (lost !== undefined && error.code === ErrorCode.ConnectionClosed) return problem(this.#spec, "lost", lost)
    return problem(this.#spec, "refused", `answered with an error: ${message}`)
  }

  #httpProblem({ code, message }: StreamableHTTPError): McpProblem {
    const detail = message.replace(/^.*?Error POSTing to endpoint: /s, "").slice(0, 300)
    if (code === undefined || code < 100) return problem(this.#spec, "lost", `gave no MCP answer: ${detail}`)
    // Streamable HTTP, "session management": 404 says that the session is over and that a new one must be begun.
    const forgot = code === 404 && this.#link.transport.sessionId !== undefined
    return problem(this.#spec, forgot ? "session" : "lost", `answered with HTTP ${code}: ${detail}`)
  }
}

const stdioLink = (spec: Extract<ServerSpec, { kind: "stdio" }>, limits: Limits): Link => {
  const transport = new StdioTransport(spec, limits.maxMessageBytes)
  return {
    transport,
    lost: () => transport.lost,
    words: () => transport.words,
    stop: (graceMs) => transport.stop(graceMs, limits.stopTimeoutMs),
  }
}

const httpLink = ({ url, headers }: Extract<ServerSpec, { kind: "http" }>, limits: Limits): Link => {
  const transport = new StreamableHTTPClientTransport(withoutUser(url), {
    requestInit: { headers: withUser(url, headers) },
    fetch: watchedFetch(limits.maxMessageBytes),
  })
  const bye = Effect.promise(() => transport.terminateSession().catch(() => {}))
  const link: Link = {
    // The SDK's class and its own interface disagree about optional fields under exactOptionalPropertyTypes.
    transport: transport as Transport,
    lost: () => undefined,
    words: () => "",
    stop: (duration) =>
      duration === 0
        ? Effect.void
        : Effect.interruptible(Effect.timeoutOrElse(bye, { duration, orElse: () => Effect.void })),
  }
  return link
}

/** `fetch` refuses a URL with a user in it: RFC 7617 says which header it stands for. A header that is given wins. */
const withUser = (text: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const { username, password } = new URL(text)
  const named = Object.keys(given).some((name) => name.toLowerCase() === "authorization")
  if (named || (username === "" && password === "")) return given
  const user = [username, password].map((part) => decodeURIComponent(part)).join(":")
  return { ...given, authorization: `Basic ${Buffer.from(user).toString("base64")}` }
}

const withoutUser = (text: string): URL => {
  const url = new URL(text)
  url.username = ""
  url.password = ""
  return url
}

export type Connect = (spec: ServerSpec, limits: Limits) => Effect.Effect<Connection, McpProblem, Scope.Scope>
