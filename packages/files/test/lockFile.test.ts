import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { Worker } from "node:worker_threads"
import { assert, beforeEach, it, onTestFinished } from "vitest"
import { lockFile } from "../src/index.ts"

let place = ""
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "switchyard-files-"))
  onTestFinished(() => rmSync(place, { recursive: true }))
})

const lines = new WeakMap<ChildProcess, Interface>()

const tell = async (child: ChildProcess, line: string): Promise<string> => {
  const answer = once(lines.get(child) ?? child, "line")
  child.stdin?.write(`${line}\n`)
  return String((await answer)[0])
}

const locker = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "locker.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  if (child.stdout === null) throw new Error("it has no output")
  const output = createInterface({ input: child.stdout })
  lines.set(child, output)
  await once(output, "line")
  return child
}

it("one at a time has it, and it leaves an empty file of its owner's", async () => {
  const path = join(place, "a.lock")
  const release = await lockFile(path)
  assert.isDefined(release)
  assert.isUndefined(await lockFile(path))
  assert.isDefined(await lockFile(join(place, "another.lock")))
  release?.()
  const again = await lockFile(path)
  assert.isDefined(again)
  assert.deepStrictEqual(readdirSync(place).toSorted(), ["a.lock", "another.lock"])
  again?.()
  assert.deepStrictEqual([readFileSync(path, "utf8"), statSync(path).mode & 0o777], ["", 0o600])
})

it("of processes that try at once one gets it; killed, it holds nothing", async () => {
  const all = await Promise.all([locker(), locker(), locker()])
  for (let round = 0; round < 40; round++) {
    // Half of them begin where no file is.
    const path = join(place, `${Math.floor(round / 2)}.lock`)
    const answers = await Promise.all(all.map((child) => tell(child, path)))
    assert.deepStrictEqual(answers.toSorted(), ["got", "held", "held"], `round ${round}`)
    for (const child of all) await tell(child, "release")
  }
  const [first] = all
  if (first === undefined) return
  const path = join(place, "killed.lock")
  assert.strictEqual(await tell(first, path), "got")
  assert.isUndefined(await lockFile(path))
  first.kill("SIGKILL")
  await once(first, "exit")
  const release = await lockFile(path)
  assert.isDefined(release)
  release?.()
}, 30_000)

it("a thread that ends lets go, however it ends", async () => {
  const path = join(place, "a.lock")
  const source = `import(${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)})
    .then(({ lockFile }) => lockFile(${JSON.stringify(path)}))
    .then((release) => {
      require("node:worker_threads").parentPort.postMessage(release === undefined ? "held" : "got")
      setInterval(() => release, 1000)
    })`
  const worker = new Worker(source, { eval: true })
  assert.deepStrictEqual(await once(worker, "message"), ["got"])
  assert.isUndefined(await lockFile(path))
  await worker.terminate()
  const release = await lockFile(path)
  assert.isDefined(release)
  release?.()
})

it("what is no lock is named and left as it is", async () => {
  const failure = (path: string): Promise<string> => lockFile(path).then(String, String)
  const notes = join(place, "notes")
  writeFileSync(notes, "these are my notes, do not lose them")
  assert.include(await failure(notes), `${notes} is no lock`)
  assert.include(readFileSync(notes, "utf8"), "my notes")
  mkdirSync(join(place, "folder"))
  for (const path of [join(place, "folder"), join(place, "none", "a.lock")])
    assert.include(await failure(path), `the lock ${path} cannot be made`)
})
