import { createRequire } from "node:module"
import { compare, type Contestant, type Cost } from "./measure.ts"
import { median, report } from "./report.ts"

// Peers are a project of their own, installed when a benchmark is first run; here they have no types.
const peers = createRequire(new URL("../peers/package.json", import.meta.url))
// oxlint-disable-next-line no-explicit-any
export type Untyped = any
export const load = async (name: string): Promise<Untyped> => import(peers.resolve(name))

export const prompt = "What is a circuit breaker, and when would you use one?"

/** Contestants over one upstream; the one named "switchyard" is compared with each of the others. */
export interface Field {
  readonly calls: ReadonlyArray<Contestant>
  /** Reads a whole stream and gives the ms from the call to the first text, and how many texts came. */
  readonly streams: (
    model: string,
  ) => ReadonlyArray<{ readonly name: string; readonly read: () => Promise<{ first: number; texts: number }> }>
  readonly close: () => Promise<void>
}

/** Streams of 60 and 1,000 chunks, in one write and one chunk at a time: model, chunks, how many streams. */
export const streams = [
  ["burst-60", 60, 1500],
  ["burst-1000", 1000, 150],
  ["paced-60", 60, 1000],
  ["paced-1000", 1000, 100],
] as const

/** Reads a stream to its end and notes when the first text came. */
export const timed = async (
  start: () => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
  isText: (part: Untyped) => boolean,
): Promise<{ first: number; texts: number }> => {
  const began = performance.now()
  let first = 0
  let texts = 0
  for await (const part of await start()) {
    if (!isText(part)) continue
    if (texts++ === 0) first = performance.now() - began
  }
  return { first, texts }
}

/** CPU and wall time of whole calls. */
export const measureCalls = async (suite: string, label: string, field: Field, concurrency: number): Promise<void> => {
  const costs = await compare(field.calls, { calls: 20_000, rounds: 5, concurrency, warmUp: 3000 })
  tell(suite, costs, `${label}call c=${concurrency} cpu`, "us/call", ({ cpuUs }) => cpuUs)
  tell(suite, costs, `${label}call c=${concurrency} wall`, "us/call", ({ wallUs }) => wallUs)
}

/** CPU per chunk of whole streams, and the time to the first content. */
export const measureStream = async (
  suite: string,
  label: string,
  field: Field,
  [model, chunks, count]: (typeof streams)[number],
): Promise<void> => {
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
  tell(suite, costs, `${label}stream ${model} cpu`, "us/chunk", ({ cpuUs }) => cpuUs / chunks)
  const name = `${label}stream ${model} first content`
  const ours = median(firsts.get("switchyard") ?? [])
  for (const [peer, values] of firsts) {
    if (peer !== "switchyard") report({ suite, name, ours, peer, peer_value: median(values), unit: "ms" })
  }
}

const tell = (
  suite: string,
  costs: ReadonlyMap<string, Cost>,
  name: string,
  unit: string,
  figure: (cost: Cost) => number,
): void => {
  const ours = costs.get("switchyard")
  if (ours === undefined) return
  for (const [peer, cost] of costs) {
    if (peer !== "switchyard") report({ suite, name, ours: figure(ours), peer, peer_value: figure(cost), unit })
  }
}
