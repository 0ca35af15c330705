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
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", file], {
      cwd: root,
    })
    expect(stdout).toBe("[ 'east 0.89', 'north 0.45' ]\n")
  } finally {
    rmSync(folder, { recursive: true })
  }
})
