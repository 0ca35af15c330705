// An MCP server on stdio with one tool, without the SDK: newline-delimited JSON-RPC 2.0.
import { createInterface } from "node:readline"

const tool = {
  name: "check_syntax",
  description: "Checks Python",
  inputSchema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
}

const answer = ({ method, params }) => {
  if (method === "initialize") {
    const { protocolVersion } = params
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "linter", version: "1.0.0" } }
  }
  if (method === "tools/list") return { tools: [tool] }
  if (method === "tools/call") {
    const fine = /:\s*$/m.test(params.arguments.code)
    return { content: [{ type: "text", text: fine ? "ok" : "expected ':' on line 1" }] }
  }
  return {}
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line)
  if (message.id === undefined) return
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, result: answer(message) })}\n`)
})
