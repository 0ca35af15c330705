import type { Json, JsonObject, LlmRequest } from "@switchyard/core"

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The servers of an MCP configuration, by name: under `mcpServers`, under `servers`, or the object itself. */
export const serversOf = (config: JsonObject): JsonObject => {
  const inner = config["mcpServers"] ?? config["servers"] ?? config
  return isObject(inner) ? inner : {}
}

const isText = (value: Json | undefined): boolean => typeof value === "string" && value.trim() !== ""

/** What is wrong with an MCP configuration, if anything is, and where in it. */
export const wrongIn = (config: JsonObject) => {
  const key = ["mcpServers", "servers"].find((name) => config[name] !== undefined && config[name] !== null)
  const servers = Object.entries(serversOf(config))
  if (servers.length === 0) return `names no server: write { "mcpServers": { "name": { "command": … } } }`
  return servers
    .filter(([, server]) => !isObject(server) || !(isText(server["command"]) || isText(server["url"])))
    .map(([name]) => ({
      path: key === undefined ? [name] : [key, name],
      issue: `must describe the server "${name}" by an object with a command or a url`,
    }))
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
