// `npm run chaos`: thousands of calls through retry and failover to three servers that fail at random, half of them
// streamed. Every promise that a call breaks is printed; the last line sums up; the exit code is 1 when any was broken.
//   npm run chaos -- --calls 10000 --concurrency 200 --seed 1 --faults 0.3
import { setFlagsFromString } from "node:v8"
import { parseArgs } from "node:util"
import { runInNewContext } from "node:vm"
import { failover, makeFailoverHandle } from "@switchyard/failover"
import { openai } from "@switchyard/provider-openai"
import { stagedRetry } from "@switchyard/retry-staged"
import { createSwitchyard } from "switchyard"
import { type Asked, type Ended, makeCall } from "./call.ts"
import { leftovers, type Usage, usage } from "./leftovers.ts"
import { random } from "./random.ts"
import { startServer } from "./servers.ts"
import { textFor } from "./text.ts"

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "10000" },
    concurrency: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    /** Of the answers of each server, how many go wrong. */
    faults: { type: "string", default: "0.3" },
  },
})
const calls = Number(values.calls)
const concurrency = Number(values.concurrency)
const seed = Number(values.seed)
const next = random(seed)
const deadlineMs = 8000
const ids = ["one", "two", "three"]
const modes = ["generate", "generate", "generate", "fail", "hold", "restart"] as const

const ask = (at: number): Asked => {
  const prompt = `call-${at}`
  return {
    prompt,
    expected: textFor(prompt),
    mode: modes[Math.floor(next() * modes.length)] ?? "generate",
    deadlineMs,
    leaveAfterMs: next() < 0.02 ? next() * 20 : undefined,
  }
}

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")
const heapMb = (): number => {
  collect()
  return Math.round(process.memoryUsage().heapUsed / 1e6)
}

const servers = await Promise.all(ids.map((_, at) => startServer(seed * 10 + at, Number(values.faults))))
const before: Usage = usage()
const control = makeFailoverHandle()
const switchyard = createSwitchyard({
  plugins: [
    ...servers.map(({ baseURL }, at) => openai({ id: ids[at] ?? "", baseURL, apiKey: "sk-chaos", models: ["m"] })),
    stagedRetry({ baseMs: 10 }),
    failover({ control, timeouts: { firstContent: 1000, idle: 1000, total: 3000 } }),
  ],
  routes: { auto: ids.map((id) => `${id}/m`) },
})

const ended: Array<Ended & Pick<Asked, "prompt" | "mode">> = []
const heap: Array<number> = []
let begun = 0
const began = performance.now()
const worker = async (): Promise<void> => {
  while (begun < calls) {
    const asked = ask(begun++)
    ended.push({ prompt: asked.prompt, mode: asked.mode, ...(await makeCall(switchyard, asked)) })
    if (ended.length % Math.ceil(calls / 5) === 0) heap.push(heapMb())
  }
}
await Promise.all(Array.from({ length: concurrency }, worker))
const seconds = (performance.now() - began) / 1000
const states = ids.map((id) => `${id} ${control.status(`${id}/m`)?.state ?? "unused"}`)
await switchyard.close()
const left = await leftovers(before)
const seen = await Promise.all(servers.map((server) => server.seen()))
await Promise.all(servers.map((server) => server.stop()))

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const tally = (names: Iterable<string>): string => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.map(([name, times]) => `${name} ${times}`).join(", ") || "none"
}
const open = seen.reduce((sum, server) => sum + server.open, 0)
const first = heap[0] ?? 0
const last = heap.at(-1) ?? 0
const broken = [
  ...ended.flatMap(({ prompt, mode, broken: what }) => (what === undefined ? [] : [`${prompt} (${mode}): ${what}`])),
  ...left.map((what) => `left over when all calls had ended: ${what}`),
  ...(open > 0 ? [`${open} requests were still open at the servers when all calls had ended`] : []),
  // The account of a call that this program keeps is well under a kilobyte.
  ...(last > first + 10 + calls / 1000 ? [`the heap grew from ${first} to ${last} MB`] : []),
]
for (const what of broken.slice(0, 20)) say(`broken: ${what}`)

const times = ended.map(({ ms }) => ms).sort((a, b) => a - b)
const at = (share: number): number => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0)
const faults = seen.flatMap((server) => Object.entries(server.faults)).flatMap(([name, many]) => Array(many).fill(name))
say(`${seen.reduce((sum, { requests }) => sum + requests, 0)} requests; faults: ${tally(faults)}`)
say(`calls: ${tally(ended.map(({ mode, outcome }) => `${mode} ${outcome}`))}`)
say(`errors: ${tally(ended.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))}`)
say(`breakers at the end: ${states.join(", ")}`)
say(`ms: median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} (deadline ${deadlineMs})`)
say(`heap in MB, by fifths: ${heap.join(" ")}`)
const count = (outcome: Ended["outcome"]): number => ended.filter((call) => call.outcome === outcome).length
say(
  `chaos: ${ended.length} calls in ${seconds.toFixed(1)} s: ${count("answered")} answered exactly, ` +
    `${count("failed")} typed errors, ${count("cancelled")} left by their callers, ${broken.length} promises broken`,
)
process.exitCode = broken.length === 0 ? 0 : 1
