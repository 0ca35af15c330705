import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

export const limit = 4000
export const sharedBudgets = [{ name: "shared", limit: { tokens: limit }, per: "lifetime" as const }]

/** What the embedding of this number asks for: one to four texts, some 20 to 150 tokens in all. */
export const textsOf = (index: number): ReadonlyArray<string> =>
  Array.from({ length: 1 + (index % 4) }, (_, nth) => "the quick brown fox ".repeat(5 + ((index * 7 + nth) % 5)))

/** One of our programs as a process of its own. */
export const start = (program: string, ...args: ReadonlyArray<string>) => {
  const nodeArgs = ["--conditions=@switchyard/source", join(import.meta.dirname, program), ...args]
  const child = spawn(process.execPath, nodeArgs, { stdio: ["pipe", "pipe", "inherit"], timeout: 60_000 })
  const ended = once(child, "exit")
  let said = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text))
  // One that was killed reads nothing.
  child.stdin.on("error", () => undefined)
  const lines = (): ReadonlyArray<string> => said.split("\n").slice(0, -1)
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL")
    await ended
  }
  const go = (): void => void child.stdin.end("go\n")
  return { lines, ended, go, kill }
}
