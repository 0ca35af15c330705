/** Run by the HTTP/2 test as a program of its own: prints the protocol version and the events of its argument. */
import type { SseEvent } from "../src/index.ts"
import { makeTransport, readEvents } from "../src/index.ts"

const transport = makeTransport({ proxy: false, http2: process.argv[3] === "http2" })
const response = await transport.fetch(process.argv[2] ?? "")
const reader = readEvents(response)
const all: Array<SseEvent> = []
for (let events = await reader.next(); events !== undefined; events = await reader.next()) all.push(...events)
process.stdout.write(JSON.stringify({ version: response.headers.get("x-version"), data: all.map(({ data }) => data) }))
await transport.close()
