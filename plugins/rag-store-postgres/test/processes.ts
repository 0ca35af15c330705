import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { assert } from "@effect/vitest"
import type { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A publisher in a process of its own, which is killed with the scope if it was not before. */
export const publisher = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const flags = ["--no-warnings", "--conditions=@switchyard/source", join(import.meta.dirname, "publisher.ts")]
      const child = spawn(process.execPath, [...flags, ...args], { stdio: ["ignore", "pipe", "inherit"] })
      const said = { ready: false, versions: 0 }
      child.stdout?.on("data", (data: Buffer) => {
        const lines = data.toString().split("\n")
        said.ready ||= lines.includes("ready")
        said.versions += lines.filter((line) => /^\d+$/.test(line)).length
      })
      return { child, said }
    }),
    ({ child }) => killed(child),
  )

/** As a power cut: nothing of it runs any more. */
export const killed = (child: ChildProcess): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once("close", resolve))
    child.kill("SIGKILL")
    await gone
  })

/** Waits for what happens elsewhere, at most a minute. */
export const until = (what: string, is: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    const end = performance.now() + 60_000
    while (!is()) {
      if (performance.now() > end) return assert.fail(`waited in vain for ${what}`)
      yield* Effect.sleep(5)
    }
  })

/** Each document that is there is of one version, and all of it. */
export const areWhole = Effect.fnUntraced(function* (store: VectorStore) {
  const documents = new Map<unknown, Array<string>>()
  for (const { metadata } of yield* Stream.runCollect(store.list())) {
    const { documentId, version, chunks } = metadata
    const versions = documents.get(documentId) ?? []
    versions.push(`${String(version)} of ${String(chunks)}`)
    documents.set(documentId, versions)
  }
  for (const [document, versions] of documents) {
    assert.strictEqual(
      new Set(versions).size,
      1,
      `${String(document)} is of one version: ${[...new Set(versions)].join()}`,
    )
    assert.strictEqual(versions.length, Number(versions[0]?.split(" of ")[1]), `${String(document)} is whole`)
  }
  return documents.size
})
