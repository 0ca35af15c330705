import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { ValidatorSpec } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { validatorNames } from "../src/index.ts"
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
    assert.match(printed, /the answer holds personal data \(phone\)/)
    assert.match(printed, /start: 13/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.effect("the JSON of the README is taken as it stands", () =>
  Effect.gen(function* () {
    const specs = yield* Schema.decodeUnknownEffect(Schema.Array(ValidatorSpec))(JSON.parse(block("json")))
    assert.isNotEmpty(specs)
    for (const { type, params } of specs) {
      const good = yield* judge('{ "required_field": true }', type, params)
      assert.deepStrictEqual([good.ok, good.warnings], [true, []], type)
      assert.isFalse((yield* judge("", type, params)).ok, type)
    }
  }),
)

it("every validator is in the README", () => {
  for (const name of validatorNames) assert.include(readme, `\`${name}\``)
})
