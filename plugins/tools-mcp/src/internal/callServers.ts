import type { Json, JsonObject, LlmRequest } from "@switchyard/core"
import { isObject } from "./readTools.ts"
import { type ServerSpec, specOf } from "./ServerSpec.ts"

/** What one call asks for, besides the servers of the stack. */
export interface CallServers {
  readonly specs: ReadonlyArray<ServerSpec>
  readonly only: ReadonlyArray<string> | undefined
  /** What of it cannot be used, with the path of the field. */
  readonly faults: ReadonlyArray<string>
}

const none: CallServers = { specs: [], only: undefined, faults: [] }

/**
 * Reads `providerData.mcp`: `{ servers: { name: … }, only?: [tool, …] }`, or the same under `mcpServers`, as the files of
 * other MCP clients have it. It comes out of JSON that somebody else wrote: what is wrong with it is told, and the rest
 * is used.
 */
export const callServers = (request: LlmRequest): CallServers => {
  const mcp = request.providerData?.["mcp"]
  if (mcp === undefined) return none
  const faults: Array<string> = []
  const at = "providerData.mcp"
  const key = "servers" in mcp ? "servers" : "mcpServers"
  const given = mcp[key] ?? {}
  if (!isObject(given)) faults.push(`${at}.${key} must be an object of servers by name`)
  const servers = isObject(given) ? Object.entries(given) : []
  const specs = servers.flatMap(([name, server]) => {
    const read = readServer(name, server)
    if (typeof read !== "string") return [read]
    faults.push(`${at}.${key}.${name} ${read}`)
    return []
  })
  for (const other of Object.keys(mcp)) {
    if (other !== key && other !== "only" && other !== "earlier")
      faults.push(`${at}.${other} is unknown and was ignored`)
  }
  const only = mcp["only"]
  if (only !== undefined && !isTexts(only)) faults.push(`${at}.only must be a list of names`)
  return { specs, only: isTexts(only) ? only : undefined, faults }
}

/** The request as the provider gets it. */
export const withoutMcp = (request: LlmRequest): LlmRequest => {
  if (request.providerData?.["mcp"] === undefined) return request
  const { providerData, ...rest } = request
  const { mcp: _, ...others } = providerData ?? {}
  return Object.keys(others).length === 0 ? rest : { ...rest, providerData: others }
}

const isTexts = (value: Json | undefined): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((item) => typeof item === "string")

/** The server, or what is wrong with it. Switches of other clients, such as `autoApprove`, mean nothing here. */
const readServer = (name: string, server: Json | undefined): ServerSpec | string => {
  if (!isObject(server)) return "must be an object with a command or a url"
  const { command, url, type, only } = server
  if (type === "sse") return `is of the type "sse", which MCP gave up in 2025: use the server's streamable HTTP URL`
  if (only !== undefined && !isTexts(only)) return "has an only that is no list of names"
  const named = only === undefined ? {} : { only }
  if (typeof command === "string" && command !== "") return readStdio(name, command, server, named)
  if (typeof url !== "string") return "has neither a command nor a url"
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return "has a url that is neither http nor https"
  const headers = texts(server["headers"])
  return headers === undefined ? "has headers that are not texts by name" : specOf(name, { url, headers, ...named })
}

const readStdio = (
  name: string,
  command: string,
  { args = [], env, cwd }: JsonObject,
  named: { readonly only?: ReadonlyArray<string> },
): ServerSpec | string => {
  if (!isTexts(args)) return "has args that are no list of texts"
  if (cwd !== undefined && typeof cwd !== "string") return "has a cwd that is no text"
  const environment = texts(env)
  if (environment === undefined) return "has an env that is not texts by name"
  return specOf(name, { command, args, env: environment, ...(cwd === undefined ? {} : { cwd }), ...named })
}

/** Numbers and switches are written without quotes in many files. */
const texts = (value: Json = {}): Readonly<Record<string, string>> | undefined => {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).map(([key, item]) => [key, typeof item === "object" ? undefined : String(item)])
  return entries.some(([, item]) => item === undefined) ? undefined : Object.fromEntries(entries)
}
