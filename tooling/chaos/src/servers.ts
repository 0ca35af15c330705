import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** What a server has seen so far. */
export interface Seen {
  readonly requests: number
  /** Requests that have not ended. */
  readonly open: number
  readonly faults: Readonly<Record<string, number>>
}

export interface ChaosServer {
  readonly baseURL: string
  readonly seen: () => Promise<Seen>
  readonly stop: () => Promise<void>
}

const message = async <A>(child: ChildProcess): Promise<A> => {
  const [given] = (await once(child, "message")) as [A]
  return given
}

/** Starts a server that fails at random. */
export const startServer = async (seed: number, faultRate: number): Promise<ChaosServer> => {
  const child = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [String(seed), String(faultRate)])
  const { baseURL } = await message<{ readonly baseURL: string }>(child)
  return {
    baseURL,
    seen: () => {
      const answer = message<Seen>(child)
      child.send("seen")
      return answer
    },
    stop: async () => {
      const ended = once(child, "exit")
      child.disconnect()
      await ended
    },
  }
}
