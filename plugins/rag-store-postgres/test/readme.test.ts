import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { PostgresStoreOptions } from "../src/index.ts"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")

it("the example of the README runs and finds what it should", { timeout: 120_000 }, async () => {
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, example)
    const args = ["--no-warnings", "--conditions=@switchyard/source", file]
    const env = { PATH: process.env["PATH"] }
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    assert.strictEqual(stdout, "[ 'refunds 0.98' ] [ 'shipping' ]\n")
    // The default folder is where the program runs, and a second run finds it.
    const again = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    assert.strictEqual(again.stdout, stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it("the README names every option", () => {
  for (const option of Object.keys(PostgresStoreOptions.fields)) assert.include(readme, `\`${option}\``, option)
})
