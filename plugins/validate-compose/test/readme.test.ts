import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { compositionNames } from "../src/index.ts"
import { judge } from "./stubs.ts"

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
    assert.match(printed, /^cheap was asked\ncanned\/one: the answer is not valid: too short/)
    assert.notInclude(printed, "expensive")
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it("the JSON of the README is read, and every composition is in the README", () => {
  const { type, params }: { type: string; params: unknown } = JSON.parse(block("json"))
  const { message } = Effect.runSync(Effect.flip(judge(type, params).verdict))
  // All that is missing is the validators themselves.
  assert.match(message, /there is no validator "response_not_empty"/)
  for (const name of compositionNames) assert.include(readme, `\`${name}\``)
})
