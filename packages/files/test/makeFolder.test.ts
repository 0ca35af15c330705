import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, beforeEach, it, onTestFinished } from "vitest"
import { makeFolder } from "../src/index.ts"

const root = join(import.meta.dirname, "..")
let place = ""
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "switchyard-files-"))
  onTestFinished(() => rmSync(place, { recursive: true }))
})

it("makes what lacks for its owner only, and leaves what is there", () => {
  mkdirSync(join(place, "there"), { mode: 0o755 })
  const made = join(place, "there", "a", "b")
  for (const _ of [1, 2]) makeFolder(made)
  assert.strictEqual(statSync(join(place, "there", "a")).mode & 0o777, 0o700)
  assert.strictEqual(statSync(made).mode & 0o777, 0o700)
  assert.strictEqual(statSync(join(place, "there")).mode & 0o777, 0o755)
})

it("names what is in the way", () => {
  const file = join(place, "file")
  writeFileSync(file, "")
  assert.throws(() => makeFolder(file), `ENOTDIR: ${file} is a file, not a folder`)
  assert.throws(() => makeFolder(join(file, "a", "b")), `ENOTDIR: ${file} is a file, not a folder`)
})

it("a link that leads nowhere is refused, not followed", () => {
  const link = join(place, "link")
  symlinkSync(join(place, "nowhere"), link)
  assert.throws(() => makeFolder(join(link, "a")), `the folder ${join(link, "a")} cannot be made (ENOENT)`)
})

it.runIf(existsSync("/proc/self"))("comes back where no folders can be made", () => {
  assert.throws(() => makeFolder("/proc/switchyard/a"), "the folder /proc/switchyard cannot be made (ENOENT)")
})

it("the example of the README runs and prints what it says", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8")
  const file = join(mkdtempSync(join(root, "test", ".readme-")), "example.ts")
  onTestFinished(() => rmSync(join(file, ".."), { recursive: true }))
  writeFileSync(file, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "")
  const printed = execFileSync(process.execPath, ["--conditions=@switchyard/source", file], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, TMPDIR: place },
  })
  assert.strictEqual(printed, /It prints:\n\n```\n([\s\S]*?)```/.exec(readme)?.[1])
})
