import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { fileOf, tinyPath, withNative } from "./native.ts"
import { tinyGguf } from "@switchyard/testkit"

const exec = promisify(execFile)
const here = import.meta.dirname

const run = (file: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  exec(process.execPath, ["--conditions=@switchyard/source", file, ...args], {
    timeout: 15_000,
    env: { ...process.env, ...env },
  })

it("without node-llama-cpp the plugin composes, and a call says what to install", async () => {
  const { stdout } = await run(join(here, "programs", "missing-peer.ts"), [tinyPath])
  assert.include(stdout, "looked for it 0 times")
  assert.match(stdout, /Unsupported, failover: .*npm install node-llama-cpp/)
})

withNative("a process of its own", () => {
  it("prints nothing of the library's, tells why a model was not loaded, and ends by itself", async () => {
    const strange = fileOf("strange.gguf", tinyGguf({ architecture: "nosucharch" }))
    const untemplated = fileOf("bad-template.gguf", tinyGguf({ template: "{% for %}{{ broken" }))
    const program = join(here, "programs", "own-instance.ts")
    const { stdout, stderr } = await run(program, [tinyPath, strange, untemplated])
    assert.strictEqual(stderr, "")
    const seen: unknown = JSON.parse(stdout)
    assert.deepInclude(seen, { dimensions: 32 })
    assert.match(stdout, /unknown model architecture: 'nosucharch'/)
  })

  it("runs the example of the README", async () => {
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(here, "..", "README.md"), "utf8")) ?? []
    assert.isDefined(example)
    assert.isAtMost((example ?? "").trim().split("\n").length, 20)
    // The example's packages, as a user would have them installed.
    const folder = mkdtempSync(join(here, ".readme-"))
    try {
      const modules = join(folder, "node_modules")
      mkdirSync(join(modules, "@switchyard"), { recursive: true })
      symlinkSync(join(here, ".."), join(modules, "@switchyard", "provider-llama-cpp"))
      symlinkSync(join(here, "..", "..", "..", "packages", "switchyard"), join(modules, "switchyard"))
      const file = join(folder, "example.ts")
      writeFileSync(file, example ?? "")
      const { stdout } = await run(file, [], { LLAMA_GGUF: tinyPath })
      const [, name, age] = /^(".*") is (-?\d+)$/m.exec(stdout) ?? []
      assert.isDefined(name, stdout)
      assert.isDefined(age, stdout)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
