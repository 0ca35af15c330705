import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"

test("the example of the README runs and finds what it should", async () => {
  const root = join(import.meta.dirname, "..")
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? []
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, example)
    const run = () => promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", file], { cwd: folder })
    expect((await run()).stdout).toBe("[ 'plugins', 'caches' ] [ 'caches' ]\n")
    expect((await run()).stdout).toBe("[ 'plugins', 'caches' ] [ 'caches' ]\n")
  } finally {
    rmSync(folder, { recursive: true })
  }
})
