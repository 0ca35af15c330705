import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { checkedBy, answering, generate } from "./stubs.ts"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const block = (language: string): string =>
  new RegExp(`(\`{3,})${language}\n([\\s\\S]*?)\n\\1\n`).exec(readme)?.[2] ?? ""

it("the example of the README runs and prints what it says", () => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, block("ts"))
    const args = ["--conditions=@switchyard/source", file]
    const printed = execFileSync(process.execPath, args, { encoding: "utf8", cwd: root })
    assert.match(printed, /value: \{ Name: 'Ada', age: '36', tags: 'math' \}/)
    assert.match(printed, /value: \{ name: 'Ada', age: 36, tags: \[ 'math' \] \}/)
    assert.match(printed, /value: \{ title: 'Happy', items: \[ 1, 2 \] \}/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.effect("the JSON of the README is taken as it stands", () =>
  Effect.gen(function* () {
    const { validation }: { validation: ReadonlyArray<{ type: string; params?: Record<string, unknown> }> } =
      JSON.parse(block("json"))
    const request = checkedBy(...validation.map(({ type, params }) => [type, params] as const))
    assert.isTrue((yield* generate(answering(`{"a":{"b":3}}`).plugin, request)).verdict?.ok)
  }),
)
