import { median } from "./report.ts"

/** One contestant: does the same work once per call. */
export interface Contestant {
  readonly name: string
  readonly call: () => Promise<unknown>
}

/** Medians over the rounds. CPU counts user and system time of the whole process, so of one contestant at a time. */
export interface Cost {
  readonly cpuUs: number
  readonly wallUs: number
}

/** `concurrency` callers, each with one call after the other, until `calls` are done. */
const drive = async (call: () => Promise<unknown>, calls: number, concurrency: number): Promise<void> => {
  let left = calls
  const worker = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

/** Contestants take turns round by round, so that a noisy machine is unkind to all alike. Each is warmed up first. */
export const compare = async (
  contestants: ReadonlyArray<Contestant>,
  { calls, rounds, concurrency, warmUp }: { calls: number; rounds: number; concurrency: number; warmUp: number },
): Promise<ReadonlyMap<string, Cost>> => {
  for (const { call } of contestants) await drive(call, warmUp, concurrency)
  const seen = new Map(contestants.map(({ name }) => [name, { cpu: [] as Array<number>, wall: [] as Array<number> }]))
  const each = Math.ceil(calls / rounds)
  for (let round = 0; round < rounds; round++) {
    for (const { name, call } of contestants) {
      const cpu = process.cpuUsage()
      const start = performance.now()
      await drive(call, each, concurrency)
      const { user, system } = process.cpuUsage(cpu)
      const into = seen.get(name)
      into?.cpu.push((user + system) / each)
      into?.wall.push(((performance.now() - start) * 1000) / each)
    }
  }
  return new Map([...seen].map(([name, { cpu, wall }]) => [name, { cpuUs: median(cpu), wallUs: median(wall) }]))
}
