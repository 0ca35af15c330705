import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type { NodeSettings } from "./node.ts"

export interface Told {
  readonly text: string
  readonly cached: string
}

/** A process that asks, as `node.ts` does it. It is killed with the scope, if it is still there. */
export const startNode = (settings: NodeSettings) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const file = fileURLToPath(new URL("node.ts", import.meta.url))
      const args = ["--conditions=@switchyard/source", file, JSON.stringify(settings)]
      return new Node(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }))
    }),
    (node) => Effect.sync(() => node.kill()),
  )

export class Node {
  readonly #child: ChildProcess
  #said = ""

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on("data", (chunk: Buffer) => (this.#said += String(chunk)))
  }

  kill(): void {
    this.#child.kill("SIGKILL")
  }

  /** All that it was told, when it has ended. */
  readonly told: Effect.Effect<ReadonlyArray<Told>> = Effect.promise(async () => {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close")
    const lines = this.#said.split("\n").filter((line) => line.startsWith("{"))
    return lines.map((line): Told => JSON.parse(line))
  })
}
