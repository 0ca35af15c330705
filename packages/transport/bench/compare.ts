/**
 * CPU per call and per chunk of this transport beside what it replaces, in one run, with ratios.
 * Run from the repository: `node --conditions=@switchyard/source packages/transport/bench/compare.ts`
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import OpenAI from "openai"
import { Pool } from "undici"
import { makeTransport, readEvents } from "../src/index.ts"

type Case = readonly [name: string, run: (base: string) => Promise<unknown>]

const upstream = spawn(process.execPath, [fileURLToPath(new URL("upstream.ts", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit"],
})
const [port] = await once(upstream.stdout, "data")
const origin = `http://127.0.0.1:${String(port).trim()}`

const transport = makeTransport({ proxy: false })
const pool = new Pool(origin)
const prompt = { model: "bench-model", messages: [{ role: "user" as const, content: "Say something." }] }
const shipped = (base: string): OpenAI => new OpenAI({ apiKey: "bench", baseURL: base, maxRetries: 0 })
const ours = (base: string): OpenAI =>
  new OpenAI({ apiKey: "bench", baseURL: base, maxRetries: 0, fetch: transport.fetch })
const clients = new Map<string, { readonly shipped: OpenAI; readonly ours: OpenAI }>()
const clientsFor = (base: string): { readonly shipped: OpenAI; readonly ours: OpenAI } => {
  const known = clients.get(base) ?? { shipped: shipped(base), ours: ours(base) }
  clients.set(base, known)
  return known
}
const init = (stream: boolean): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer bench" },
  body: JSON.stringify({ ...prompt, stream }),
})
const path = (base: string): string => `${base.slice(origin.length)}/chat/completions`
const request = (base: string, stream: boolean) =>
  pool.request({
    path: path(base),
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer bench" },
    body: JSON.stringify({ ...prompt, stream }),
  })

const drain = async (response: Response): Promise<void> => {
  const reader = readEvents(response)
  for (let events = await reader.next(); events !== undefined; events = await reader.next()) {
    for (const { data } of events) if (data !== "[DONE]") JSON.parse(data)
  }
}

const iterate = async (client: OpenAI): Promise<void> => {
  for await (const chunk of await client.chat.completions.create({ ...prompt, stream: true })) void chunk
}

/** The least a reader can do: the floor. */
const minimal = async (base: string): Promise<void> => {
  const { body } = await request(base, true)
  let text = ""
  for await (const bytes of body.setEncoding("utf8")) {
    text += String(bytes)
    let start = 0
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n", start)) {
      const data = text.slice(start + 6, end)
      if (data !== "[DONE]") JSON.parse(data)
      start = end + 2
    }
    text = text.slice(start)
  }
}

const calls: ReadonlyArray<Case> = [
  ["openai client as shipped", (base) => clientsFor(base).shipped.chat.completions.create(prompt)],
  ["openai client on the transport", (base) => clientsFor(base).ours.chat.completions.create(prompt)],
  ["global fetch", async (base) => (await fetch(`${base}/chat/completions`, init(false))).json()],
  ["transport.fetch", async (base) => (await transport.fetch(`${base}/chat/completions`, init(false))).json()],
  ["undici Pool.request", async (base) => JSON.parse(await (await request(base, false)).body.text())],
]

const streams: ReadonlyArray<Case> = [
  ["openai client as shipped", (base) => iterate(clientsFor(base).shipped)],
  ["openai client on the transport, its own reader", (base) => iterate(clientsFor(base).ours)],
  [
    "openai client on the transport, readEvents",
    async (base) =>
      drain(
        await clientsFor(base)
          .ours.chat.completions.create({ ...prompt, stream: true })
          .asResponse(),
      ),
  ],
  ["transport.fetch, readEvents", async (base) => drain(await transport.fetch(`${base}/chat/completions`, init(true)))],
  ["undici Pool.request, minimal reader", minimal],
]

const burst = async (run: () => Promise<unknown>, count: number, concurrency: number): Promise<number> => {
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) await run()
  }
  const start = process.cpuUsage()
  await Promise.all(Array.from({ length: concurrency }, worker))
  const { user, system } = process.cpuUsage(start)
  return (user + system) / count
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const table = async (
  title: string,
  cases: ReadonlyArray<Case>,
  base: string,
  count: number,
  per: number,
  c: number,
) => {
  const rounds = cases.map((): Array<number> => [])
  for (let round = 0; round < 6; round++) {
    for (const [index, [, run]] of cases.entries()) {
      const cost = await burst(() => run(base), count, c)
      if (round > 0) rounds[index]?.push(cost / per)
    }
  }
  const costs = rounds.map(median)
  process.stdout.write(`\n${title}\n`)
  for (const [index, [name]] of cases.entries()) {
    const cost = costs[index] ?? 0
    const ratio = (cost / (costs[0] ?? 1)).toFixed(2)
    process.stdout.write(`  ${name.padEnd(48)} ${cost.toFixed(2).padStart(8)} us  ${ratio} x\n`)
  }
}

try {
  await table("call, concurrency 64, CPU per call", calls, `${origin}/v1`, 3000, 1, 64)
  await table("stream of 60 chunks, CPU per chunk", streams, `${origin}/s60/v1`, 300, 60, 1)
  await table("stream of 1,000 chunks, CPU per chunk", streams, `${origin}/s1000/v1`, 40, 1000, 1)
} finally {
  upstream.kill()
  await Promise.all([transport.close(), pool.close()])
}
