import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { pages } from "./library.ts"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""

it("the example of the README runs and prints what it says", () => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    mkdirSync(join(folder, "docs"))
    for (const { id, text } of pages) writeFileSync(join(folder, "docs", `${id}.md`), text)
    writeFileSync(join(folder, "example.ts"), example)
    const args = ["--conditions=@switchyard/source", "example.ts"]
    const printed = execFileSync(process.execPath, args, { encoding: "utf8", cwd: folder })
    assert.include(printed, "To publish a plugin, give the package the keyword switchyard-plugin")
    assert.match(printed, /^docs\/plugins\.md:9$/m)
    assert.match(printed, /passages of \d+ chunks for "How do I publish a plugin\?"/)
    assert.match(printed, /\[1\] docs\/plugins\.md:\d+-\d+: /)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
