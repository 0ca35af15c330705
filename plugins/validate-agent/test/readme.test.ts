import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "./stack.ts"

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
    assert.match(printed, /message: 'wrong city'/)
    assert.match(printed, /start: 0,\s+end: 4/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.live("the JSON of the README is taken as it stands", () =>
  Effect.gen(function* () {
    const { type, params } = JSON.parse(block("json")) as { readonly type: string; readonly params: object }
    const scene = { validator: type, answer: "```py\nx = 1\n```", judge: '{"validation_passed": true}' }
    const { verdict } = yield* run({ ...scene, params: { ...params, validation_model_alias: "openai/big" } })
    assert.isTrue(verdict.ok)
  }),
)
