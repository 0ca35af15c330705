import type { CallContext, Candidate, LlmError, LlmRequest, Middleware, ModelInfo, Warning } from "@switchyard/core"
import { candidateName } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { callServers, withoutMcp } from "./internal/callServers.ts"
import { restored } from "./internal/history.ts"
import { offerTools, type Source } from "./internal/offerTools.ts"
import { Server } from "./internal/Server.ts"
import { ServerPool } from "./internal/ServerPool.ts"
import { keyOf, type ServerSpec, specOf } from "./internal/ServerSpec.ts"
import { runSteps } from "./internal/Steps.ts"
import type { Accepts } from "./internal/toolOutput.ts"
import { type Limits, limitsOf, type McpOptions } from "./McpOptions.ts"

class McpTools {
  readonly #options: McpOptions
  readonly #limits: Limits
  readonly #servers: ReadonlyArray<Server>
  readonly #pool: ServerPool
  readonly #warned = new WeakMap<CallContext, Set<string>>()

  constructor(options: McpOptions, limits: Limits, servers: ReadonlyArray<Server>, pool: ServerPool) {
    this.#options = options
    this.#limits = limits
    this.#servers = servers
    this.#pool = pool
  }

  readonly attempt: NonNullable<Middleware["attempt"]> = (given, candidate, next, context) => {
    const messages = restored(given.messages)
    const clean = withoutMcp(given)
    const request = messages === given.messages ? clean : { ...clean, messages }
    const brought = given.providerData?.["mcp"] !== undefined
    if ((this.#servers.length === 0 && !brought) || request.toolChoice === "none") return next(request)
    const info = context.catalog.describe(candidate, context.providers.get(candidate.provider)?.provider)
    if (info?.tools === false) {
      this.#warn(context, `${candidateName(candidate)} cannot call tools: it is not offered those of the MCP servers`)
      return next(request)
    }
    return Effect.flatMap(this.#wanted(given, context), (sources) =>
      this.#ask(request, sources, info, candidate, next, context),
    )
  }

  readonly #ask = Effect.fnUntraced(function* (
    this: McpTools,
    request: LlmRequest,
    sources: ReadonlyArray<Source>,
    info: ModelInfo | undefined,
    candidate: Candidate,
    next: Parameters<NonNullable<Middleware["attempt"]>>[2],
    context: CallContext,
  ) {
    const taken = new Set((request.tools ?? []).map((tool) => (tool.type === "function" ? tool.name : tool.id)))
    const { tools, missing } = yield* offerTools(sources, {
      limits: this.#limits,
      taken,
      accepts: acceptsOf(info),
      told: ({ server, tool, ms, outcome }) =>
        context.decide("tools-mcp", `${server}: ${tool}: ${outcome}, ${Math.round(ms)} ms`),
    })
    for (const message of missing) this.#warn(context, message)
    if (tools.length === 0) return yield* next(request)
    context.decide("tools-mcp", `offers ${tools.map(({ tool }) => tool.name).join(", ")}`.slice(0, 600))
    const { maxSteps = 8, concurrency = 8, steps = "last" } = this.#options
    const { callTimeoutMs } = this.#limits
    const bounds = { maxSteps, concurrency, steps, callTimeoutMs }
    return yield* runSteps({ request, candidate, next, context, offered: tools, ...bounds })
  })

  /** Those of the stack, and those that the call brings: they take the place of one with the same name or command. */
  readonly #wanted = Effect.fnUntraced(function* (this: McpTools, request: LlmRequest, context: CallContext) {
    const { specs, only, faults } = callServers(request)
    for (const fault of faults) this.#warn(context, fault, "providerData.mcp")
    const allowed = this.#options.perCall === false ? [] : specs
    if (allowed.length < specs.length) {
      this.#warn(context, "MCP servers of a call are not allowed in this stack (perCall)", "providerData.mcp")
    }
    // A choice of tools is one among the servers that the call brings, or else among all.
    const general = specs.length === 0 ? only : undefined
    const names = new Set(allowed.map(({ name }) => name))
    const keys = new Set(allowed.map(keyOf))
    const sources = this.#servers
      .filter(({ spec, key }) => !names.has(spec.name) && !keys.has(key))
      .map((server): Source => ({ name: server.spec.name, server, only: server.spec.only, asked: general }))
    for (const spec of allowed) {
      const server = yield* Effect.result(this.#serverFor(spec))
      if (server._tag === "Success")
        sources.push({ name: spec.name, server: server.success, only: spec.only, asked: only })
      else this.#warn(context, `the MCP server "${spec.name}" is left out: it ${server.failure.message}`)
    }
    return sources
  })

  #serverFor(spec: ServerSpec): ReturnType<ServerPool["get"]> {
    const same = this.#servers.find(({ key }) => key === keyOf(spec))
    return same === undefined ? this.#pool.get(spec) : Effect.succeed(same)
  }

  /** Once per call, however many attempts it takes. */
  #warn(context: CallContext, message: string, setting = "tools"): void {
    const told = this.#warned.get(context) ?? new Set()
    this.#warned.set(context, told)
    if (told.has(message)) return
    told.add(message)
    const type: Warning["type"] = setting === "tools" ? "degraded" : "unsupported"
    context.warn({ type, setting, message })
  }
}

/** What of a result the model can look at. */
const acceptsOf =
  (info: ModelInfo | undefined): Accepts =>
  (mediaType) =>
    info === undefined ||
    info.inputMedia.some(
      (known) =>
        known === "*/*" || known === mediaType || (known.endsWith("/*") && mediaType.startsWith(known.slice(0, -1))),
    )

/**
 * The tools of MCP servers in every attempt: see `mcpTools`. The servers live as long as the scope.
 */
export const makeMcpTools = Effect.fnUntraced(function* (
  options: McpOptions = {},
): Effect.fn.Return<Middleware, LlmError, Scope.Scope> {
  const limits = limitsOf(options)
  const servers = yield* Effect.forEach(Object.entries(options.servers ?? {}), ([name, server]) =>
    Server.make(specOf(name, server), limits, undefined),
  )
  const { idleMs = 300_000, maxCallServers = 16 } = options
  const pool = new ServerPool(limits, { idleMs, max: maxCallServers }, yield* Effect.scope)
  const tools = new McpTools(options, limits, servers, pool)
  return { name: "tools-mcp", stage: "tools", attempt: tools.attempt }
})
