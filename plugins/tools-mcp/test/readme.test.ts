import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { asking, model, on, stdio } from "./stack.ts"

const root = join(import.meta.dirname, "..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const blocks = (language: string): ReadonlyArray<string> =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map((match) => match[1] ?? "")

/** A program in a folder of its own, inside the package, so that its imports are found. */
const run = async (code: string, env: NodeJS.ProcessEnv = process.env): Promise<string> => {
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, code)
    const args = ["--no-warnings", "--conditions=@switchyard/source", file]
    return (await promisify(execFile)(process.execPath, args, { cwd: root, env })).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it.effect("the JSON of the README is taken as it stands", () =>
  Effect.gen(function* () {
    const made = model(["done"])
    const providerData = JSON.parse(blocks("json")[0] ?? "")
    const response = yield* on(made, { perCall: false }, (kernel) => kernel.generate({ ...asking, providerData }))
    assert.deepStrictEqual(
      response.warnings.map(({ setting }) => setting),
      ["providerData.mcp", "seed"],
    )
    assert.notProperty(made.requests[0], "providerData")
  }),
)

it.live("the loop of one's own of the README runs", () =>
  Effect.promise(async () => {
    const lines = (blocks("ts")[1] ?? "").trimEnd().split("\n")
    const code = [
      `import { runTools } from "@switchyard/tools"`,
      `import { Kernel } from "@switchyard/core"`,
      `import * as Effect from "effect/Effect"`,
      `import { mcpToolset } from "../../src/index.ts"`,
      `import { call, lastText, model as script, on, stdio } from "../stack.ts"`,
      `const made = script([[call("echo", { text: "hello" })], "done"])`,
      `const [files, model, prompt] = [stdio(), "p/m", "do it"]`,
      `const program = Effect.gen(function* () {`,
      ...lines,
      `return [run.stopped, warnings.length, lastText(made)]`,
      `})`,
      `const use = (kernel) => Effect.scoped(Effect.provideService(program, Kernel, kernel))`,
      `console.log(JSON.stringify(await Effect.runPromise(on(made, {}, use))))`,
    ]
    assert.deepStrictEqual(JSON.parse(await run(code.join("\n"))), ["answer", 0, "echo: hello"])
  }),
)

it.live("the example of the README runs", () =>
  Effect.promise(async () => {
    await using upstream = await startUpstream()
    upstream.reply(
      { toolCalls: [{ id: "c1", name: "echo", arguments: '{"text":"hello"}' }] },
      { text: "It says hello." },
    )
    const example = blocks("ts")[0] ?? ""
    assert.isAtMost(example.trim().split("\n").length, 12)
    // The packages that this one does not depend on from their folders, and the test's server in place of npx.
    const { command, args } = stdio()
    const code = example
      .replace('"switchyard"', '"../../../../packages/switchyard/src/index.ts"')
      .replace('"@switchyard/provider-openai"', '"../../../provider-openai/src/index.ts"')
      .replace(/const files = .*/, `const files = ${JSON.stringify({ command, args })}`)
    const env = { ...process.env, OPENAI_BASE_URL: upstream.baseURL, OPENAI_API_KEY: "sk-test" }
    const printed = await run(code, env)
    assert.match(printed, /^It says hello\./)
    assert.include(printed, "files: echo: ok")
    assert.match(printed, /\[\]\s*$/)
    assert.include(upstream.requests[1]?.rawBody ?? "", "echo: hello")
  }),
)
