import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")

it("the example of the README runs twice and finds what it should", () => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "")
    const args = ["--conditions=@switchyard/source", file]
    for (let time = 0; time < 2; time++) {
      const printed = execFileSync(process.execPath, args, { encoding: "utf8", cwd: folder })
      assert.strictEqual(printed, "[ 'east', 'north' ] [ 'north' ]\n")
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
