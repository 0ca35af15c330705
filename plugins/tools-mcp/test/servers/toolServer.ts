// A server with one tool for each thing that can happen, on the SDK's own server class.
import { spawn } from "node:child_process"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"

export interface Hooks {
  readonly crash: () => void
  readonly onCancelled?: () => void
  readonly onHang?: () => void
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

const schemas: Readonly<Record<string, object>> = {
  echo: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  big: { type: "object", properties: { chars: { type: "number" } } },
}

const tools = "big cancelled crash echo env fail grandchild grow hang image pid refuse".split(" ")

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] })

export const makeToolServer = (hooks: Hooks, more: ReadonlyArray<string> = []): Server => {
  const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: { listChanged: true } } })
  const names = [...tools, ...more]
  let cancelled = 0
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const from = Number(params?.cursor ?? 0)
    const page = names.slice(from, from + 5).map((name) => ({
      name,
      description: `does ${name}`,
      inputSchema: { type: "object" as const, ...schemas[name] },
    }))
    return { tools: page, ...(from + 5 < names.length ? { nextCursor: String(from + 5) } : {}) }
  })
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: input = {} } }, { signal }) => {
    switch (name) {
      case "echo":
        return text(`echo: ${String(input["text"])}`)
      case "pid":
        return text(String(process.pid))
      case "env":
        return text(JSON.stringify(process.env))
      case "big":
        return text("x".repeat(Number(input["chars"])))
      case "image":
        return { content: [{ type: "image", data: pixel, mimeType: "image/png" }, ...text("a dot").content] }
      case "fail":
        return { ...text("the disk is full"), isError: true }
      case "refuse":
        throw new Error("no such thing")
      case "cancelled":
        return text(String(cancelled))
      case "grow":
        names.push("grown")
        await server.sendToolListChanged()
        return text("grown")
      case "grandchild": {
        const code = `require("node:net").connect(${String(input["port"])}, "127.0.0.1")`
        const child = spawn(process.execPath, ["-e", code], { stdio: "inherit" })
        return text(String(child.pid))
      }
      case "crash":
        hooks.crash()
        return new Promise(() => {})
      case "hang":
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            cancelled++
            hooks.onCancelled?.()
            reject(new Error("aborted"))
          })
          hooks.onHang?.()
        })
      default:
        return text(name)
    }
  })
  return server
}
