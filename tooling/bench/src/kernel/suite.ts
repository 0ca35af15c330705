import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { compare, type Cost } from "../measure.ts"
import { median, report, say } from "../report.ts"
import { makeField, type Field } from "./contestants.ts"
import { coldImport } from "./coldImport.ts"
import { kernelAlone } from "./kernelAlone.ts"

const suite = "kernel"

/** The full default path against the bare official client, the AI SDK and LangChain, over real HTTP on loopback. */
export const run = async (): Promise<void> => {
  const upstream = fork(fileURLToPath(new URL("./upstream.ts", import.meta.url)))
  const [address] = (await once(upstream, "message")) as [{ port: number }]
  const field = await makeField(`http://127.0.0.1:${address.port}/v1`)
  try {
    say("kernel: 20,000 calls per concurrency, medians of 5 rounds in turns")
    for (const concurrency of [1, 64]) await calls(field, concurrency)
    say("kernel: whole streams, one after the other, medians of 5 rounds in turns")
    for (const [model, chunks, count] of streams) await stream(field, model, chunks, count)
    await kernelAlone(suite)
    await coldImport(suite)
  } finally {
    await field.close()
    upstream.disconnect()
  }
}

const streams = [
  ["burst-60", 60, 1500],
  ["burst-1000", 1000, 150],
  ["paced-60", 60, 1000],
  ["paced-1000", 1000, 100],
] as const

const calls = async (field: Field, concurrency: number): Promise<void> => {
  const costs = await compare(field.calls, { calls: 20_000, rounds: 5, concurrency, warmUp: 3000 })
  tell(costs, `call c=${concurrency} cpu`, "us/call", ({ cpuUs }) => cpuUs)
  tell(costs, `call c=${concurrency} wall`, "us/call", ({ wallUs }) => wallUs)
}

const tell = (costs: ReadonlyMap<string, Cost>, name: string, unit: string, figure: (cost: Cost) => number): void => {
  const ours = costs.get("switchyard")
  if (ours === undefined) return
  for (const [peer, cost] of costs) {
    if (peer !== "switchyard") report({ suite, name, ours: figure(ours), peer, peer_value: figure(cost), unit })
  }
}

const stream = async (field: Field, model: string, chunks: number, count: number): Promise<void> => {
  const firsts = new Map<string, Array<number>>()
  const contestants = field.streams(model).map(({ name, read }) => ({
    name,
    call: async () => {
      const { first, texts } = await read()
      if (texts !== chunks) throw new Error(`${name} gave ${texts} of ${chunks} chunks`)
      firsts.set(name, [...(firsts.get(name) ?? []).slice(-2000), first])
    },
  }))
  const costs = await compare(contestants, { calls: count, rounds: 5, concurrency: 1, warmUp: Math.ceil(count / 5) })
  tell(costs, `stream ${model} cpu`, "us/chunk", ({ cpuUs }) => cpuUs / chunks)
  const ours = median(firsts.get("switchyard") ?? [])
  for (const [peer, values] of firsts) {
    if (peer !== "switchyard")
      report({ suite, name: `stream ${model} first content`, ours, peer, peer_value: median(values), unit: "ms" })
  }
}
