import type { FunctionTool, JsonObject, ToolOutput } from "@switchyard/core"
import type { Tool } from "@switchyard/tools"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Limits } from "../McpOptions.ts"
import type { McpProblem } from "./McpProblem.ts"
import { isObject, type ServerTool } from "./readTools.ts"
import type { Server } from "./Server.ts"
import { placeOf } from "./ServerSpec.ts"
import { namesFor } from "./toolNames.ts"
import { type Accepts, outputOf } from "./toolOutput.ts"

/** A server, and which of its tools are wanted. */
export interface Source {
  readonly name: string
  readonly server: Server
  /** By their names at the server. */
  readonly only: ReadonlyArray<string> | undefined
  /** What the call wants of several servers: tools by name, or all of a server by its name. */
  readonly asked: ReadonlyArray<string> | undefined
}

/** Told of each call of a tool when it is over. */
export type Told = (call: {
  readonly server: string
  readonly tool: string
  readonly ms: number
  readonly outcome: string
}) => void

export interface Offering {
  readonly limits: Limits
  /** Names that the caller's own tools have. */
  readonly taken: ReadonlySet<string>
  readonly accepts?: Accepts
  readonly told?: Told
}

/** A tool of a server, as the model is offered it. */
export interface Offered {
  readonly tool: Tool
  readonly server: string
  /** Its name at the server. */
  readonly own: string
}

export interface Offer {
  readonly tools: ReadonlyArray<Offered>
  /** Why something that was asked for is missing. */
  readonly missing: ReadonlyArray<string>
}

interface Found {
  readonly source: Source
  readonly tool: ServerTool
}

/** The tools of all these servers, asked at once. What a server does not give is missing, and never a failure. */
export const offerTools = Effect.fnUntraced(function* (sources: ReadonlyArray<Source>, offering: Offering) {
  const listed = yield* Effect.forEach(sources, (source) => Effect.result(source.server.tools), {
    concurrency: "unbounded",
  })
  const missing: Array<string> = []
  const found: Array<Found> = []
  for (const [index, result] of listed.entries()) {
    const source = sources[index]
    if (source === undefined) continue
    if (result._tag === "Failure") missing.push(unreachable(source, result.failure))
    else found.push(...wanted(source, result.success, missing))
  }
  missing.push(...unmet(sources, found))
  const room = Math.max(0, offering.limits.maxTools - offering.taken.size)
  if (found.length > room) missing.push(tooMany(found.length - room, offering.limits.maxTools))
  const shown = found.slice(0, room)
  const names = namesFor(
    shown.map(({ source, tool }) => ({ server: source.name, tool: tool.name })),
    offering.taken,
  )
  const tools = shown.map((entry, index): Offered => {
    const name = names[index] ?? entry.tool.name
    return { tool: toolOf(name, entry, offering), server: entry.source.name, own: entry.tool.name }
  })
  return { tools, missing } satisfies Offer as Offer
})

const unreachable = ({ name, server }: Source, { message }: McpProblem): string =>
  `the MCP server "${name}" (${placeOf(server.spec)}) is left out: it ${message}`

const tooMany = (count: number, max: number): string =>
  `${count} MCP tools are left out: a request may have ${max} (maxTools); choose with "only"`

/** In the order of their names: servers list them in any order, and vendors cache prompts by their beginning. */
const wanted = (source: Source, tools: ReadonlyArray<ServerTool>, missing: Array<string>): ReadonlyArray<Found> => {
  const { name, only, asked } = source
  const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const unique = sorted.filter((tool, index) => tool.name !== sorted[index - 1]?.name)
  const unknown = (only ?? []).filter((tool) => !unique.some((known) => known.name === tool))
  const has = unique.map((tool) => tool.name).join(", ") || "none"
  for (const tool of unknown)
    missing.push(`the MCP server "${name}" has no tool "${tool}"; its tools: ${has}`.slice(0, 600))
  const chosen = unique.filter((tool) => only === undefined || only.includes(tool.name))
  const called =
    asked === undefined || asked.includes(name) ? chosen : chosen.filter((tool) => asked.includes(tool.name))
  return called.map((tool) => ({ source, tool }))
}

/** What the call asked for and no server has. */
const unmet = (sources: ReadonlyArray<Source>, found: ReadonlyArray<Found>): ReadonlyArray<string> => {
  const asking = sources.filter(({ asked }) => asked !== undefined)
  const names = new Set(asking.flatMap(({ asked = [] }) => asked))
  for (const { name } of sources) names.delete(name)
  for (const { tool } of found) names.delete(tool.name)
  return [...names].map((name) => `no MCP server of this call has a tool or the name "${name}" (only)`)
}

const toolOf = (name: string, { source, tool }: Found, offering: Offering): Tool => {
  const definition: FunctionTool = {
    type: "function",
    name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: tool.inputSchema,
  }
  return {
    name,
    timeout: offering.limits.callTimeoutMs,
    read: () => ({
      definition,
      // The server checks the rest itself, and says what is wrong.
      ready: (json) =>
        isObject(json)
          ? Effect.succeed({
              input: json,
              needsApproval: Effect.succeed(false),
              execute: () => callTool(json, { source, tool }, offering),
            })
          : Effect.fail([{ message: "must be an object", path: [] }]),
    }),
  }
}

const callTool = Effect.fnUntraced(function* (input: JsonObject, { source, tool }: Found, offering: Offering) {
  const { limits, accepts, told } = offering
  const startedAt = yield* Clock.currentTimeMillis
  const over = (outcome: string): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) =>
      told?.({ server: source.name, tool: tool.name, ms: now - startedAt, outcome }),
    )
  const asked = Effect.matchEffect(source.server.call(tool.name, input), {
    onFailure: ({ message }) => Effect.as(over(message), down(source.name, tool.name, message)),
    onSuccess: (result) => {
      const output = outputOf(result, limits, accepts)
      return Effect.as(over(output.type === "error-text" ? "the tool reports an error" : "ok"), output)
    },
  })
  return yield* Effect.onInterrupt(asked, () => over("was cancelled"))
})

const down = (server: string, tool: string, message: string): ToolOutput => ({
  type: "error-text",
  value: `The tool "${tool}" failed: the MCP server "${server}" ${message}`,
})
