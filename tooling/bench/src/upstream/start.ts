import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** Starts the upstream as a process of its own. */
export const startUpstream = async (): Promise<{ readonly origin: string; readonly stop: () => void }> => {
  const upstream = fork(fileURLToPath(new URL("./main.ts", import.meta.url)))
  const [address] = (await once(upstream, "message")) as [{ port: number }]
  return { origin: `http://127.0.0.1:${address.port}`, stop: () => upstream.disconnect() }
}
