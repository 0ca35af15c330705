import type { Json, JsonObject } from "@switchyard/core"

/** A tool as its server describes it. `inputSchema` is JSON Schema whose top level is an object. */
export interface ServerTool {
  readonly name: string
  readonly description: string | undefined
  readonly inputSchema: JsonObject
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined

/**
 * Reads the result of `tools/list` (MCP 2025-11-25). What is no tool is passed over, and the others count: one slip of a
 * server must not cost all of its tools.
 */
export const readTools = (
  result: unknown,
): { readonly tools: ReadonlyArray<ServerTool>; readonly nextCursor: string | undefined } => {
  if (!isObject(result)) return { tools: [], nextCursor: undefined }
  const { tools, nextCursor } = result
  return {
    tools: Array.isArray(tools) ? tools.flatMap((tool: Json) => readTool(tool)) : [],
    nextCursor: text(nextCursor),
  }
}

/** Vendors refuse longer ones. */
const maxDescription = 1_024

const readTool = (tool: Json): ReadonlyArray<ServerTool> => {
  if (!isObject(tool)) return []
  const name = text(tool["name"])
  const schema = tool["inputSchema"] ?? {}
  if (name === undefined || !isObject(schema) || (schema["type"] ?? "object") !== "object") return []
  const annotations = tool["annotations"]
  const title = text(tool["title"]) ?? (isObject(annotations) ? text(annotations["title"]) : undefined)
  const said = text(tool["description"]) ?? title
  const description =
    said === undefined || said.length <= maxDescription ? said : `${said.slice(0, maxDescription - 1)}…`
  // The dialect is that of MCP (2020-12) anyway, and a schema without properties is no schema to some vendors.
  const { $schema: _, ...rest } = schema
  const properties = isObject(rest["properties"]) ? rest["properties"] : {}
  return [{ name, description, inputSchema: { ...rest, type: "object", properties } }]
}
