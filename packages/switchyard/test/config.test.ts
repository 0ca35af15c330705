import { describe, expect, it } from "vitest"
import {
  ConfigurationError,
  configNames,
  createSwitchyard,
  defineConfig,
  findConfig,
  loadConfig,
  textOf,
} from "../src/index.ts"
import { folderWith } from "./folders.ts"
import { rejection } from "./stacks.ts"

const typed = `
  import { extractive } from "@switchyard/provider-extractive"
  import { defineConfig, type SwitchyardConfig } from "switchyard"
  const config: SwitchyardConfig = defineConfig({ plugins: [extractive()], routes: { auto: "extractive/default" } })
  export default config`
const plain = `
  import { extractive } from "@switchyard/provider-extractive"
  export default { plugins: [extractive()], routes: { auto: ["extractive/default"] } }`
const json = `{ "plugins": ["@switchyard/provider-extractive"], "routes": { "auto": "extractive/default" } }`

const sources: Readonly<Record<string, string>> = { ts: typed, mts: typed, js: plain, mjs: plain, json }

describe("finding and loading", () => {
  it.each(Object.entries(sources))("a .%s config makes a stack that answers", async (extension, source) => {
    await using folder = await folderWith({ [`switchyard.config.${extension}`]: source })
    const loaded = await loadConfig({ cwd: folder.path })
    expect(loaded?.path).toBe(folder.at(`switchyard.config.${extension}`))
    if (loaded === undefined) return
    await using switchyard = createSwitchyard(loaded.config)
    const response = await switchyard.generate({ model: "auto", prompt: "Ships come in May.\n\nWhen do ships come?" })
    expect(textOf(response.content)).toContain("May")
  })

  it("looks for ts, mts, js, mjs, json in this order, then in the folder above", async () => {
    expect(configNames.map((name) => name.split(".").at(-1))).toEqual(Object.keys(sources))
    for (const [index, name] of configNames.entries()) {
      const later = Object.fromEntries(configNames.slice(index).map((each) => [each, ""]))
      await using folder = await folderWith({ ...later, "above/below/file": "" })
      expect(await findConfig(folder.at("above/below"))).toBe(folder.at(name))
    }
  })

  it("takes the nearest; a folder of that name is no config", async () => {
    await using folder = await folderWith({
      "switchyard.config.ts": "",
      "near/switchyard.config.json": json,
      "near/deep/switchyard.config.ts/file": "",
    })
    expect(await findConfig(folder.at("near/deep"))).toBe(folder.at("near/switchyard.config.json"))
    expect(await findConfig(folder.path)).toBe(folder.at("switchyard.config.ts"))
  })

  it("a path is taken as it is, relative to cwd, and nothing is searched", async () => {
    await using folder = await folderWith({ "switchyard.config.ts": "syntax error here", "mine.json": json })
    expect((await loadConfig({ cwd: folder.path, path: "mine.json" }))?.path).toBe(folder.at("mine.json"))
    const missing = await rejection(loadConfig({ cwd: folder.path, path: "none.json" }))
    expect(missing).toBeInstanceOf(ConfigurationError)
    expect(missing).toMatchObject({ message: `there is no config file ${folder.at("none.json")}: check the path` })
  })

  it("is undefined when there is none", async () => {
    expect(await loadConfig({ cwd: "/" })).toBeUndefined()
    expect(await findConfig("/")).toBeUndefined()
  })

  it("defineConfig gives back what it is given", () => {
    const config = { plugins: [], routes: { fast: "openai/small" } }
    expect(defineConfig(config)).toBe(config)
  })
})

describe("a wrong config names the file and the fault", () => {
  const code: ReadonlyArray<readonly [fault: string, source: string, says: string]> = [
    ["a syntax error", "export default {", "could not be loaded"],
    ["code that throws", 'throw new Error("no luck")', "no luck"],
    ["an import that is not there", 'import "not-there-at-all"', "not-there-at-all"],
    ["no default export", "export const config = {}", "no default export: write export default defineConfig"],
    ["no object", "export default 5", "a list of plugins"],
    ["null", "export default null", "a list of plugins"],
    ["no plugins", "export default {}", "a list of plugins"],
    ["an unknown field", "export default { plugins: [], pluginz: [] }", 'a field "pluginz"'],
    ["routes that are a list", "export default { plugins: [], routes: [] }", "routes is not an object"],
    ["a route to a number", "export default { plugins: [], routes: { fast: 5 } }", "routes.fast"],
    ["a route to nothing", "export default { plugins: [], routes: { fast: [] } }", "routes.fast"],
  ]
  it.each(code)("%s", async (_, source, says) => {
    await using folder = await folderWith({ "switchyard.config.mjs": source })
    const error = await rejection(loadConfig({ cwd: folder.path }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ message: expect.stringContaining(folder.at("switchyard.config.mjs")) })
    expect(error).toMatchObject({ message: expect.stringContaining(says) })
    expect(error).toMatchObject({ message: expect.not.stringContaining("sending it again") })
  })

  const texts: ReadonlyArray<readonly [fault: string, source: string, says: string]> = [
    ["no JSON", '{ "plugins": [', "is not valid JSON"],
    ["an empty file", "", "is not valid JSON"],
    ["a list", "[]", "a list of plugins"],
    ["a plugin that is a number", '{ "plugins": [1] }', "plugins[0] must be a package's name"],
    ["options without a name", '{ "plugins": [[{}]] }', "plugins[0]"],
    ["three in an entry", '{ "plugins": [["a", {}, {}]] }', "plugins[0]"],
    ["a package that is missing", '{ "plugins": ["@nobody/nothing"] }', "npm install @nobody/nothing"],
    ["a package without a plugin", '{ "plugins": ["effect"] }', '"effect" exports no plugin made by definePlugin'],
    ["a file that is missing", '{ "plugins": ["./mine.mjs"] }', "check the path"],
  ]
  it.each(texts)("JSON with %s", async (_, source, says) => {
    await using folder = await folderWith({ "switchyard.config.json": source })
    const error = await rejection(loadConfig({ cwd: folder.path }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ message: expect.stringContaining(folder.at("switchyard.config.json")) })
    const message = error instanceof Error ? error.message : ""
    expect(message).toContain(says)
    expect(message).not.toContain("\n")
  })

  it.each([
    ["not called", "[openai]", "write it with parentheses"],
    ["no plugin", "[{}]", "not a plugin"],
    [
      "for another kernel",
      `[{ ...openai(), manifest: { ...openai.manifest, contract: 99 } }]`,
      "install a newer @switchyard/core",
    ],
  ])("a plugin that is %s is a PluginIncompatibleError", async (_, plugins, says) => {
    const source = `import { openai } from "@switchyard/provider-openai"; export default { plugins: ${plugins} }`
    await using folder = await folderWith({ "switchyard.config.mjs": source })
    expect(await rejection(loadConfig({ cwd: folder.path }))).toMatchObject({
      name: "PluginIncompatibleError",
      message: expect.stringContaining(says),
    })
  })
})

describe("JSON", () => {
  const load = async (plugins: unknown, files: Readonly<Record<string, string>> = {}) => {
    const folder = await folderWith({ ...files, "switchyard.config.json": JSON.stringify({ plugins }) })
    await using _ = folder
    const loaded = await loadConfig({ cwd: folder.path })
    return createSwitchyard(loaded?.config ?? { plugins: [] })
  }

  it("takes options, and wrong ones name the field when the stack is built", async () => {
    await using right = await load([["@switchyard/provider-extractive", { id: "mine" }]])
    expect((await right.providers()).get("mine")?.plugin).toBe("@switchyard/provider-extractive")
    await using wrong = await load([["@switchyard/provider-extractive", { maxSentences: 0 }]])
    const error = await rejection(wrong.providers())
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ message: expect.stringMatching(/provider-extractive.*maxSentences/) })
  })

  it("${NAME} is the environment variable, anywhere in a string, and its value is not shown", async () => {
    process.env["SWITCHYARD_TEST_ID"] = "from-environment"
    await using set = await load([["@switchyard/provider-extractive", { id: "x-${SWITCHYARD_TEST_ID}-$HOME" }]])
    expect((await set.providers()).all[0]?.provider.id).toBe("x-from-environment-$HOME")
    delete process.env["SWITCHYARD_TEST_ID"]
    const unset = await rejection(load([["@switchyard/provider-extractive", { id: "${SWITCHYARD_TEST_ID}" }]]))
    expect(unset).toMatchObject({
      name: "ConfigurationError",
      message: expect.stringContaining("environment variable SWITCHYARD_TEST_ID, which is not set"),
    })
  })

  const plugin = `
    import { definePlugin } from "@switchyard/core"
    import * as Layer from "effect/Layer"
    import * as Schema from "effect/Schema"
    const parrot = { id: "parrot", models: ["grey"], describe: () => undefined }
    export const plugin = definePlugin({
      manifest: { name: "parrot", kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.succeed(key, parrot),
    })`

  it("loads a plugin from a file and from a package that only `import` can load", async () => {
    const manifest = JSON.stringify({ name: "parrot", type: "module", exports: { ".": { import: "./i.js" } } })
    const files = {
      "parrot.ts": plugin,
      "node_modules/parrot/package.json": manifest,
      "node_modules/parrot/i.js": plugin,
    }
    await using file = await load(["./parrot.ts"], files)
    expect((await file.providers()).all[0]?.provider.id).toBe("parrot")
    await using pack = await load(["parrot"], files)
    expect((await pack.providers()).all[0]?.provider.id).toBe("parrot")
  })

  it("a package that is there and broken is not told to be installed", async () => {
    const files = {
      "node_modules/broken/package.json": `{ "name": "broken", "exports": "./i.mjs" }`,
      "node_modules/broken/i.mjs": `import "missing-dependency"`,
      "broken.mjs": "throw new Error('no luck')",
    }
    for (const [name, says] of [
      ["broken", "missing-dependency"],
      ["./broken.mjs", "no luck"],
    ]) {
      const error = await rejection(load([name], files))
      expect(error).toMatchObject({ name: "ConfigurationError", message: expect.stringContaining(says ?? "") })
      expect(error).toMatchObject({ message: expect.not.stringContaining("npm install") })
    }
  })
})
