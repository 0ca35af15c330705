import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { stagedRetry } from "../src/index.ts"
import { generate, judge, judgedWith, scripted } from "./stubs.ts"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? ""

it("the example of the README runs and prints what it says", () => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, block("ts"))
    const args = ["--conditions=@switchyard/source", file]
    const printed = execFileSync(process.execPath, args, { encoding: "utf8", cwd: root })
    assert.match(printed, /\[ 'failed', 'ok' \]/)
    assert.match(printed, /flaky\/one again in 5\d ms/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.effect("the JSON of the README is taken as it stands", () =>
  Effect.gen(function* () {
    const { plugin, seen } = scripted(["bad", "bad", "good"])
    const response = yield* generate([plugin, judge(), stagedRetry()], judgedWith(JSON.parse(block("json"))))
    assert.deepStrictEqual([response.warnings, seen.length], [[], 3])
  }),
)
