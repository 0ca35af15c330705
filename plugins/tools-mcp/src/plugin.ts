import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import { McpOptions } from "./McpOptions.ts"
import { makeMcpTools } from "./McpTools.ts"

/**
 * The tools of MCP servers, offered to the model in every call and run when it calls them. Calls may bring servers of
 * their own in `providerData.mcp`: `{ servers: { name: { command } | { url } }, only?: [tool] }`, or `mcpServers`.
 *
 * Servers start when they are first needed and end with the stack. One that fails costs its tools and gives a warning; a
 * call that fails is a result for the model. A wrong option fails the stack with `InvalidRequest` and the path of the field.
 */
export const mcpTools = definePlugin({
  manifest: {
    name: "@switchyard/tools-mcp",
    kind: "middleware",
    contract: 1,
    permissions: ["network", "process", "environment"],
  },
  options: McpOptions,
  layer: (options, key) => Layer.effect(key, makeMcpTools(options)),
})
