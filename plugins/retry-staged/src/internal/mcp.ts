import type { Json, JsonObject, LlmRequest } from "@switchyard/core"

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The servers of an MCP configuration, by name: under `mcpServers`, under `servers`, or the object itself. */
export const serversOf = (config: JsonObject): JsonObject => {
  const inner = config["mcpServers"] ?? config["servers"] ?? config
  return isObject(inner) ? inner : {}
}

/** What is wrong with an MCP configuration, if anything is. */
export const wrongIn = (config: JsonObject): string | undefined => {
  const servers = serversOf(config)
  const names = Object.keys(servers)
  if (names.length === 0) return `names no server: write { "mcpServers": { "name": { "command": … } } }`
  const bad = names.find((name) => !isObject(servers[name]))
  return bad === undefined ? undefined : `must describe the server "${bad}" by an object with a command or a url`
}

const strings = (value: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

/**
 * The request with this tool's MCP servers under `providerData.mcp`, where the MCP plugin looks for what a call brings:
 * `{ servers: { name: … }, only?: [tool, …] }`. Servers that the call has already stay, with all of their tools. Without
 * `only` every tool of the servers is offered: so where the tool is named by its server.
 */
export const withServers = (request: LlmRequest, tool: string, config: JsonObject): LlmRequest => {
  const given = request.providerData?.["mcp"]
  const before = isObject(given?.["servers"]) ? given["servers"] : {}
  const servers = { ...before, ...serversOf(config) }
  const none = Object.keys(before).length === 0
  const named = none && !(tool in servers) ? [tool] : undefined
  const only = given?.["only"] === undefined ? named : [...new Set([...strings(given["only"]), tool])]
  const mcp: JsonObject = { ...given, servers, ...(only === undefined ? {} : { only }) }
  return { ...request, providerData: { ...request.providerData, mcp } }
}

/** The values that must not be written down: what the servers get as environment and headers. */
export const secretsIn = (config: JsonObject): ReadonlyArray<string> =>
  Object.values(serversOf(config)).flatMap((server) =>
    isObject(server)
      ? ["env", "headers"].flatMap((key) => {
          const values = server[key]
          return isObject(values) ? strings(Object.values(values)) : []
        })
      : [],
  )
