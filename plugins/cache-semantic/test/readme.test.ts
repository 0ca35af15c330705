import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")

it("the example of the README runs and prints what it says", () => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "")
    const printed = execFileSync(process.execPath, ["--conditions=@switchyard/source", file], {
      encoding: "utf8",
      cwd: root,
    })
    assert.match(printed, /^semantic .*the other way round/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
