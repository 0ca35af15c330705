import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { makeSqliteStore } from "@switchyard/rag-store-sqlite"
import * as Effect from "effect/Effect"
import { folderSource } from "../src/index.ts"
import { contentOf, freshIndexOf, index, temporaryFolder, write } from "./indexing.ts"

const program = fileURLToPath(new URL("./programs/indexFolder.ts", import.meta.url))

/** Most of the time of a process that indexes little is its start. */
const compiled = mkdtempSync(join(tmpdir(), "switchyard-compiled-"))
afterAll(() => rmSync(compiled, { recursive: true, force: true }))

interface Ended {
  readonly lines: ReadonlyArray<string>
  readonly signal: string | null
}

/** Runs the indexer in a process of its own, and kills it so many ms after it has said so many lines. */
const indexer = (args: ReadonlyArray<string>, kill?: { readonly lines: number; readonly ms: number }, uid?: number) =>
  Effect.promise(
    () =>
      new Promise<Ended>((resolve) => {
        const child = spawn(process.execPath, ["--conditions=@switchyard/source", program, ...args], {
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, NODE_COMPILE_CACHE: compiled },
          ...(uid === undefined ? {} : { uid, gid: uid }),
        })
        let said = ""
        const look = (): void => {
          if (kill === undefined || said.split("\n").length <= kill.lines) return
          if (kill.ms === 0) child.kill("SIGKILL")
          else setTimeout(() => child.kill("SIGKILL"), kill.ms)
          child.stdout.off("data", look)
        }
        child.stdout.on("data", (data: Buffer) => void (said += data.toString()))
        child.stdout.on("data", look)
        child.on("close", (_, signal) => resolve({ lines: said.trimEnd().split("\n"), signal }))
      }),
  )

const random = (below: number): number => Math.floor(Math.random() * below)

/** Files of which each round changes some, adds some and leaves some out. */
const edit = (folder: string, round: number): void => {
  for (let at = 0; at < 30; at++) {
    const path = `${at % 3}/${at}.md`
    if (random(5) === 0) rmSync(`${folder}/${path}`, { force: true })
    else if (random(2) === 0) {
      const parts = Array.from(
        { length: random(6) },
        (_, part) => `## Part ${part}\n\nText ${random(3)} of round ${round}.\n\n`,
      )
      write(folder, { [path]: `# File ${at}\n\n${parts.join("")}` })
    }
  }
}

describe("an indexer that is killed", () => {
  it.live(
    "at twenty moments leaves an index that the next run completes: nothing lost, doubled or stale",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const file = `${yield* temporaryFolder}/rag.sqlite`
        const source = folderSource(folder, { id: "docs" })
        let killed = 0
        for (let round = 0; round < 20; round++) {
          edit(folder, round)
          const kill = { lines: random(12), ms: random(4) }
          const { signal } = yield* indexer([folder, file], kill)
          if (signal === "SIGKILL") killed++
          const content = yield* Effect.scoped(
            Effect.gen(function* () {
              const store = yield* makeSqliteStore({ file })
              yield* index(source, store)
              return yield* contentOf(store)
            }),
          )
          assert.deepStrictEqual(content, yield* freshIndexOf(source), `round ${round}, ${JSON.stringify(kill)}`)
        }
        assert.isAtLeast(killed, 5)
      }),
    240_000,
  )

  it.live(
    "keeps what it had of a file that may not be read for a moment",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const kept = yield* temporaryFolder
        write(folder, { "a.md": "first", "b.md": "second" })
        chmodSync(folder, 0o755)
        chmodSync(kept, 0o777)
        const uid = process.getuid?.() === 0 ? 65534 : undefined
        const file = `${kept}/rag.sqlite`
        yield* indexer([folder, file], undefined, uid)
        const before = yield* Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), contentOf))
        assert.deepStrictEqual(
          before.map(({ text }) => text),
          ["first", "second"],
        )
        chmodSync(`${folder}/a.md`, 0)
        assert.deepStrictEqual((yield* indexer([folder, file], undefined, uid)).lines.toSorted(), [
          "seen 2",
          "skipped a.md",
          "unchanged b.md",
        ])
        assert.deepStrictEqual(yield* Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), contentOf)), before)
        rmSync(`${folder}/b.md`)
        const { lines } = yield* indexer([folder, file], undefined, uid)
        assert.match(lines.at(-1) ?? "", /has no document that can be indexed/)
        assert.deepStrictEqual(yield* Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), contentOf)), before)
      }),
    60_000,
  )

  it.live(
    "deletes nothing of a folder that may not be read any more, and names it",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const kept = yield* temporaryFolder
        write(folder, { "a.md": "first", "shut/b.md": "second" })
        chmodSync(folder, 0o755)
        chmodSync(kept, 0o777)
        // To root nothing is shut.
        const uid = process.getuid?.() === 0 ? 65534 : undefined
        const args = [folder, `${kept}/rag.sqlite`]
        assert.strictEqual((yield* indexer(args, undefined, uid)).lines.at(-1), "seen 2")
        chmodSync(`${folder}/shut`, 0)
        const { lines } = yield* indexer(args, undefined, uid)
        chmodSync(`${folder}/shut`, 0o755)
        assert.match(lines.at(-1) ?? "", /shut\/ cannot be read \(EACCES\): .*exclude: \["\/shut\/"\]/)
        assert.strictEqual((yield* indexer(args, undefined, uid)).lines.at(-1), "seen 2")
        assert.deepStrictEqual(
          lines.filter((line) => line.startsWith("deleted")),
          [],
        )
      }),
    60_000,
  )
})
