import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, secret, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

const typed = `
  import { extractive } from "@switchyard/provider-extractive"
  import { defineConfig } from "switchyard"
  export default defineConfig({ plugins: [extractive({ id: "mine" })], routes: { quick: "mine/default" } })`
const json = JSON.stringify({
  plugins: ["@switchyard/provider-extractive", ["@switchyard/provider-openai", { apiKey: "${MY_KEY}", id: "mine" }]],
  routes: { auto: "extractive/default" },
})

describe.concurrent("a config", bounded, () => {
  it("is found upward, in TypeScript, with its routes", async () => {
    await using folder = await folderWith({
      "switchyard.config.ts": typed,
      "package.json": "{}",
      "deep/notes.md": "Ships sail.",
    })
    const cwd = `${folder.path}/deep`
    const [call, explain] = await Promise.all([
      switchyard(["call", "-m", "quick", "-c", "notes.md", "Do ships sail?"], { cwd }),
      switchyard(["explain", "-m", "quick", "Hi"], { cwd }),
    ])
    expect(call).toMatchObject({ code: 0, stdout: expect.stringContaining("Ships sail. [1]") })
    expect(call.stderr).not.toContain("TYPELESS")
    expect(explain.stdout).toContain("mine/default")
  })

  it("in JSON names packages, with options from the environment; doctor shows all of it but the key", async () => {
    await using folder = await folderWith({ "other.json": json })
    const [doctor, plugins, unset] = await Promise.all([
      switchyard(["doctor", "--config", "other.json"], { cwd: folder.path, env: { MY_KEY: secret } }),
      switchyard(["plugins", "list", "--config", "other.json"], { cwd: folder.path, env: { MY_KEY: secret } }),
      switchyard(["call", "--config", "other.json", "Hi"], { cwd: folder.path }),
    ])
    expect(doctor.stdout).toMatch(/ok +config +.*other\.json\n/)
    expect(doctor.stdout).toMatch(/ok +provider +mine: \w+ is present/)
    expect(doctor.stdout + doctor.stderr).not.toContain(secret)
    expect(doctor.code).toBe(0)
    expect(plugins.stdout).toMatch(/provider-openai +provider +1 of 1 +mine +network, environment/)
    expectFailure(unset, 3, "other.json", "MY_KEY, which is not set")
  })

  it("leaves the documentation to the embedded stack", async () => {
    await using folder = await folderWith({ "switchyard.config.ts": typed })
    const result = await switchyard(["call", "-m", "quick", "What is a retry?"], { cwd: folder.path })
    expectFailure(result, 1, "nothing to extract from")
  })
})

describe.concurrent("a wrong config is one line that names the file and the fault, exit code 3", bounded, () => {
  const openai = `import { openai } from "@switchyard/provider-openai"\n`
  const foreign = `{ ...openai(), manifest: { name: "odd", kind: "provider", contract: 99, permissions: [] } }`
  const configs: ReadonlyArray<readonly [name: string, source: string, ...says: ReadonlyArray<string>]> = [
    ["syntax.ts", "export default {\n  plugins: [\n", "syntax.ts could not be loaded"],
    ["throws.mjs", `throw new Error("no luck\\ntoday")`, "no luck today"],
    ["empty.mjs", "", "no default export: write export default defineConfig"],
    ["field.mjs", "export default { plugins: [], plugin: 1 }", 'a field "plugin"', "known: plugins, routes"],
    ["routes.mjs", "export default { plugins: [], routes: { fast: 5 } }", "routes.fast is not a model"],
    ["broken.json", "{", "broken.json is not valid JSON"],
    ["missing.json", `{ "plugins": ["@nobody/nothing"] }`, "npm install @nobody/nothing"],
    ["noplugin.json", `{ "plugins": ["effect"] }`, "exports no plugin made by definePlugin"],
    [
      "option.mjs",
      `${openai}export default { plugins: [openai({ api: "x" })] }`,
      "provider-openai are wrong",
      '["api"]',
    ],
    ["twice.mjs", `${openai}export default { plugins: [openai(), openai()] }`, 'two providers have the id "openai"'],
    ["uncalled.mjs", `${openai}export default { plugins: [openai] }`, "write it with parentheses"],
    ["foreign.mjs", `${openai}export default { plugins: [${foreign}] }`, "odd needs contract 99", "install a newer"],
  ]
  it("each; doctor shows the same as a failed check", async () => {
    await using folder = await folderWith(Object.fromEntries(configs))
    for (let index = 0; index < configs.length; index += 2) {
      const pair = configs.slice(index, index + 2)
      const cwd = folder.path
      const results = await Promise.all(pair.map(([name]) => switchyard(["call", "--config", name, "Hi"], { cwd })))
      for (const [at, [, , ...says]] of pair.entries()) {
        const result = results[at]
        if (result !== undefined) expectFailure(result, 3, ...says)
      }
    }
    const [doctor, stack] = await Promise.all([
      switchyard(["doctor", "--config", "syntax.ts"], { cwd: folder.path }),
      switchyard(["doctor", "--config", "option.mjs"], { cwd: folder.path }),
    ])
    expect(doctor).toMatchObject({ code: 3, stdout: expect.stringMatching(/^failed +config .*syntax\.ts.*$/m) })
    expect(stack).toMatchObject({ code: 3, stdout: expect.stringMatching(/^failed +stack .*\["api"\]$/m) })
  })

  it("a path that is not there; a route to a provider that is not installed is a failed check", async () => {
    const source = `${openai}export default { plugins: [openai({ baseURL: "http://127.0.0.1:9" })], routes: { a: "b/c" } }`
    await using folder = await folderWith({ "switchyard.config.mjs": source })
    const [missing, doctor] = await Promise.all([
      switchyard(["call", "--config", "nope.ts", "Hi"], { cwd: folder.path }),
      switchyard(["doctor"], { cwd: folder.path }),
    ])
    expectFailure(missing, 3, "there is no config file", "nope.ts: check the path")
    expect(doctor.stdout).toMatch(/^failed +stack +.*route "a" leads to "b\/c"/m)
    expect(doctor.code).toBe(3)
  })

  it("what a plugin throws where nobody listens is one line too, and nothing it leaves open keeps the program", async () => {
    const late = `setTimeout(() => { throw new Error("too\\nlate") }, 1); setInterval(() => undefined, 1000)\n`
    await using folder = await folderWith({
      "late.mjs": `${late}await new Promise(() => undefined)\nexport default { plugins: [] }`,
      "open.mjs": `${openai}setInterval(() => undefined, 1000)\nexport default { plugins: [openai()] }`,
    })
    const [thrown, open] = await Promise.all([
      switchyard(["call", "--config", "late.mjs", "Hi"], { cwd: folder.path }),
      switchyard(["plugins", "list", "--config", "open.mjs"], { cwd: folder.path }),
    ])
    expectFailure(thrown, 1, "too late")
    expect(open).toMatchObject({ code: 0, stderr: "" })
  })
})
