import type { JsonObject } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RcRef from "effect/RcRef"
import type * as Scope from "effect/Scope"
import type { Limits } from "../McpOptions.ts"
import type { Connect, Connection } from "./Connection.ts"
import { type McpProblem, problem } from "./McpProblem.ts"
import type { ServerTool } from "./readTools.ts"
import { keyOf, type ServerSpec } from "./ServerSpec.ts"

/** One that ran this long before it went is not taken for one that cannot run. */
const healthyMs = 60_000

/** The SDK takes a while to load: who lists this plugin and calls no server does not wait for it. */
const connect: Connect = (spec, limits) =>
  Effect.flatMap(
    Effect.promise(() => import("./Connection.ts")),
    (loaded) => loaded.connect(spec, limits),
  )

/**
 * A server that is started when it is first asked for, again after it went, and not before a growing wait when it fails
 * time after time. It ends with the scope, or `idleMs` after its last use.
 */
export class Server {
  readonly spec: ServerSpec
  readonly key: string
  /** How many are asking it right now. */
  asking = 0
  lastUsed = 0
  readonly #limits: Limits
  #connection: RcRef.RcRef<Connection, McpProblem> | undefined
  #failures = 0
  #notBefore = 0
  #because = ""
  #current: { readonly connection: Connection; readonly since: number } | undefined

  private constructor(spec: ServerSpec, limits: Limits) {
    this.spec = spec
    this.key = keyOf(spec)
    this.#limits = limits
  }

  static make(spec: ServerSpec, limits: Limits, idleMs: number | undefined): Effect.Effect<Server, never, Scope.Scope> {
    const server = new Server(spec, limits)
    const idleTimeToLive = idleMs === undefined ? Duration.infinity : Duration.millis(idleMs)
    return Effect.map(RcRef.make({ acquire: server.#start, idleTimeToLive }), (ref) => {
      server.#connection = ref
      return server
    })
  }

  /** What it offers now. */
  get tools(): Effect.Effect<ReadonlyArray<ServerTool>, McpProblem> {
    const { listTimeoutMs: duration } = this.#limits
    const late = problem(this.spec, "lost", `did not list its tools within ${Math.round(duration)} ms`)
    return this.#use(({ tools }) => Effect.timeoutOrElse(tools, { duration, orElse: () => Effect.fail(late) }))
  }

  /** Calls a tool. Unbounded: interrupt it. What it gives is the result of `tools/call` as it came. */
  call(tool: string, input: JsonObject): Effect.Effect<unknown, McpProblem> {
    return Effect.tap(
      this.#use((connection) => connection.call(tool, input)),
      () =>
        Effect.sync(() => {
          this.#failures = 0
        }),
    )
  }

  #use<A>(ask: (connection: Connection) => Effect.Effect<A, McpProblem>): Effect.Effect<A, McpProblem> {
    const once = Effect.scoped(Effect.flatMap(this.#live, (connection) => this.#noticing(connection, ask(connection))))
    const again = Effect.catchTag(once, "McpProblem", (failed) =>
      failed.kind === "session" ? once : Effect.fail(failed),
    )
    const counted = Effect.acquireUseRelease(
      Effect.map(Clock.currentTimeMillis, (now) => {
        this.asking++
        this.lastUsed = now
      }),
      () => again,
      () =>
        Effect.sync(() => {
          this.asking--
        }),
    )
    return counted
  }

  /** A connection that is there, a new one in place of one that is not. */
  get #live(): Effect.Effect<Connection, McpProblem, Scope.Scope> {
    const ref = this.#connection
    if (ref === undefined) return Effect.die(new TypeError("the server was not made"))
    return Effect.flatMap(RcRef.get(ref), (connection) => {
      const lost = connection.lost()
      if (lost === undefined) return Effect.succeed(connection)
      return Effect.andThen(this.#mourn(connection, lost), RcRef.get(ref))
    })
  }

  #noticing<A>(connection: Connection, asked: Effect.Effect<A, McpProblem>): Effect.Effect<A, McpProblem> {
    return Effect.tapError(asked, (failed) => {
      if (failed.kind === "refused") return Effect.void
      return failed.kind === "lost" ? this.#mourn(connection, failed.message) : this.#drop(connection)
    })
  }

  /** It is gone. The first time it is started again at once; after that it must wait. */
  #mourn(connection: Connection, why: string): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const current = this.#current
      if (current?.connection !== connection) return Effect.void
      if (now - current.since > healthyMs) this.#failures = 0
      this.#failures++
      this.#wait(now, this.#failures - 2, why)
      connection.abandon()
      return this.#drop(connection)
    })
  }

  /** Once per connection: many calls may notice at once, and the next connection is not to blame. */
  #drop(connection: Connection): Effect.Effect<void> {
    if (this.#current?.connection !== connection || this.#connection === undefined) return Effect.void
    this.#current = undefined
    return RcRef.invalidate(this.#connection)
  }

  #wait(now: number, doublings: number, why: string): void {
    const { restartDelayMs, maxRestartDelayMs } = this.#limits
    this.#because = why
    this.#notBefore = doublings < 0 ? now : now + Math.min(maxRestartDelayMs, restartDelayMs * 2 ** doublings)
  }

  get #start(): Effect.Effect<Connection, McpProblem, Scope.Scope> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const wait = this.#notBefore - now
      if (wait > 0) {
        const left = Math.ceil(wait / 1000)
        return Effect.fail(
          problem(this.spec, "lost", `failed before and is not tried again for ${left} s: ${this.#because}`),
        )
      }
      const started = Effect.tap(connect(this.spec, this.#limits), (connection) =>
        Effect.map(Clock.currentTimeMillis, (since) => {
          this.#current = { connection, since }
        }),
      )
      const failed = (error: McpProblem) =>
        Effect.map(Clock.currentTimeMillis, (at) => {
          this.#failures++
          this.#wait(at, this.#failures - 1, error.message)
        })
      return Effect.tapError(started, failed)
    })
  }
}
