/** Run by the proxy tests as a program of its own: fetches its argument, prints the status. */
import { makeTransport } from "../src/index.ts"

const transport = makeTransport()
const response = await transport.fetch(process.argv[2] ?? "")
await response.text()
process.stdout.write(String(response.status))
await transport.close()
