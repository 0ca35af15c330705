import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Limits } from "../McpOptions.ts"
import { type McpProblem, problem } from "./McpProblem.ts"
import { Server } from "./Server.ts"
import { keyOf, type ServerSpec } from "./ServerSpec.ts"

export interface PoolOptions {
  readonly idleMs: number
  /** At most so many servers. */
  readonly max: number
}

interface Kept {
  readonly server: Server
  readonly scope: Scope.Closeable
}

/** The servers that calls bring with them: kept for the next attempt and the next call, up to a bound. */
export class ServerPool {
  readonly #kept = new Map<string, Kept>()
  readonly #limits: Limits
  readonly #options: PoolOptions
  readonly #scope: Scope.Scope

  constructor(limits: Limits, options: PoolOptions, scope: Scope.Scope) {
    this.#limits = limits
    this.#options = options
    this.#scope = scope
  }

  /** The server of this description. Where there are too many, the one that was not used for longest goes. */
  readonly get = Effect.fnUntraced(function* (this: ServerPool, spec: ServerSpec) {
    const key = keyOf(spec)
    const known = this.#kept.get(key)
    if (known !== undefined) return known.server
    if (this.#kept.size >= this.#options.max) yield* this.#makeRoom(spec)
    const scope = yield* Scope.fork(this.#scope)
    const server = yield* Scope.provide(Server.make(spec, this.#limits, this.#options.idleMs), scope)
    this.#kept.set(key, { server, scope })
    return server
  })

  #makeRoom(spec: ServerSpec): Effect.Effect<void, McpProblem> {
    const [oldest] = [...this.#kept.entries()]
      .filter(([, { server }]) => server.asking === 0)
      .sort(([, a], [, b]) => a.server.lastUsed - b.server.lastUsed)
    if (oldest === undefined) {
      return Effect.fail(
        problem(spec, "lost", `was not started: ${this.#options.max} servers of other calls are busy (maxCallServers)`),
      )
    }
    const [key, { scope }] = oldest
    this.#kept.delete(key)
    // The call does not wait for it; the pool, when it is closed, does.
    return Effect.asVoid(Effect.forkIn(Effect.uninterruptible(Scope.close(scope, Exit.void)), this.#scope))
  }
}
