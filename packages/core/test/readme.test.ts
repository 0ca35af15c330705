import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

it("the example of the README runs and prints what it says", () => {
  const root = join(import.meta.dirname, "..")
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? []
  assert.isDefined(example)
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, example ?? "")
    const printed = execFileSync(process.execPath, ["--conditions=@switchyard/source", file], {
      encoding: "utf8",
      cwd: root,
    })
    assert.match(printed, /hello from one/)
    assert.match(printed, / 1\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
