import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"

/** To root nothing is shut. */
export const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {}

/** Runs `writer.ts` under limits that only a process of its own can have. Gives what it printed. */
export const writer = (command: string, args: ReadonlyArray<string>, options: { readonly uid?: number } = {}) => {
  const script = ["--conditions=@switchyard/source", join(import.meta.dirname, "writer.ts")]
  const { stdout, stderr } = spawnSync(command, [...args, process.execPath, ...script], {
    encoding: "utf8",
    ...options,
  })
  return stdout === "" ? assert.fail(stderr) : (JSON.parse(stdout) as Record<string, unknown>)
}

/** A process of somebody who may not write: gives what it says to each line, one after the other. */
export const reader = (file: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const args = ["--conditions=@switchyard/source", join(import.meta.dirname, "reader.ts")]
        return spawn(process.execPath, args, {
          stdio: ["pipe", "pipe", "inherit"],
          env: { ...process.env, FILE: file },
          ...nobody,
        })
      }),
      (child) =>
        Effect.promise(async () => {
          const closed = once(child, "close")
          child.stdin.end()
          await closed
        }),
    ),
    (child) => {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      return Effect.promise(async () => {
        child.stdin.write("\n")
        const { value } = await lines.next()
        return String(value)
      })
    },
  )
