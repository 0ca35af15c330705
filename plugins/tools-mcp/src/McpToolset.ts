import type { LlmError, Warning } from "@switchyard/core"
import type { Tool } from "@switchyard/tools"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { offerTools, type Source } from "./internal/offerTools.ts"
import { Server } from "./internal/Server.ts"
import { specOf } from "./internal/ServerSpec.ts"
import { checkedToolset, limitsOf, type ToolsetOptions } from "./McpOptions.ts"

/** The tools of MCP servers, for `runTools`, `streamTools` and whatever else takes tools of `@switchyard/tools`. */
export interface McpToolset {
  readonly tools: ReadonlyArray<Tool>
  /** What is missing: servers that could not be reached, tools that do not exist. */
  readonly warnings: ReadonlyArray<Warning>
  /** The tools as they are now: servers may change theirs, and one that was down may be back. */
  readonly refresh: Effect.Effect<McpToolset>
}

/**
 * The tools of these servers, which live as long as the scope. A server that is down costs its tools and gives a warning.
 * Fails with `InvalidRequest` and the path of the field for wrong options.
 */
export const mcpToolset = Effect.fnUntraced(function* (
  options: ToolsetOptions,
): Effect.fn.Return<McpToolset, LlmError, Scope.Scope> {
  const { servers = {}, ...rest } = yield* checkedToolset(options)
  const limits = limitsOf(rest)
  const sources = yield* Effect.forEach(Object.entries(servers), ([name, given]) => {
    const spec = specOf(name, given)
    return Effect.map(Server.make(spec, limits, undefined), (server): Source => ({
      name,
      server,
      only: spec.only,
      asked: undefined,
    }))
  })
  const current: Effect.Effect<McpToolset> = Effect.suspend(() =>
    Effect.map(offerTools(sources, { limits, taken: new Set() }), ({ tools, missing }) => ({
      tools: tools.map(({ tool }) => tool),
      warnings: missing.map((message): Warning => ({ type: "degraded", setting: "tools", message })),
      refresh: current,
    })),
  )
  return yield* current
})

/** A toolset for programs without Effect. `close` ends its servers; `await using` does so too. */
export interface OpenToolset extends AsyncDisposable {
  readonly tools: ReadonlyArray<Tool>
  readonly warnings: ReadonlyArray<Warning>
  readonly close: () => Promise<void>
}

/** `mcpToolset` as a promise; rejects with the same `LlmError`. */
export const openMcpToolset = async (options: ToolsetOptions): Promise<OpenToolset> => {
  const scope = Scope.makeUnsafe()
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const opened = Effect.tapError(Scope.provide(mcpToolset(options), scope), () => Scope.close(scope, Exit.void))
  const { tools, warnings } = await Effect.runPromise(opened)
  return { tools, warnings, close, [Symbol.asyncDispose]: close }
}
