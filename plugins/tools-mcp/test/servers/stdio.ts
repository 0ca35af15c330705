import { writeSync } from "node:fs"

const { MODE, TOKEN, MORE } = process.env

if (MODE === "exits") {
  writeSync(2, `starting\nError: the token ${TOKEN} is not valid\n    at main (server.js:1:1)\n\nNode.js v24\n`)
  process.exit(3)
}
if (MODE === "stubborn") {
  process.on("SIGTERM", () => {})
  setInterval(() => {}, 1_000)
}
if (MODE === "silent") {
  writeSync(2, "waiting for a database\n")
  setInterval(() => {}, 1_000)
} else {
  if (MODE === "mangles") {
    const write = process.stdout.write.bind(process.stdout)
    process.stdout.write = (chunk: string | Uint8Array, ...rest: ReadonlyArray<never>) => {
      const text = String(chunk)
      const echoes = text.includes('"echo: ')
      return write(echoes ? `${JSON.stringify({ ...JSON.parse(text), result: "no object" })}\n` : text, ...rest)
    }
  }
  if (MODE === "noisy") writeSync(1, "Welcome to the server!\n{}\n")
  // Not before: the SDK takes a while to load, and who ends at once should do so at once.
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js")
  const { makeToolServer } = await import("./toolServer.ts")
  const server = makeToolServer(
    {
      crash: () => {
        writeSync(2, `fatal: lost the connection of ${TOKEN}\n`)
        process.exit(7)
      },
    },
    MORE?.split(","),
  )
  await server.connect(new StdioServerTransport())
}
