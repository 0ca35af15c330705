import { access, readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, extname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { incompatibility } from "@switchyard/core"
import type { SwitchyardConfig } from "./Config.ts"
import { configurationError, SwitchyardError, toSwitchyardError } from "./errors.ts"
import { readJsonConfig } from "./jsonConfig.ts"
import type { ReadyPlugin } from "./Switchyard.ts"

/** The names that are looked for, in this order, in a folder and then in each folder above it. */
export const configNames = ["ts", "mts", "js", "mjs", "json"].map((extension) => `switchyard.config.${extension}`)

export interface LoadOptions {
  /** Where the search begins. Default: the working folder. */
  readonly cwd?: string
  /** This file, and no search. */
  readonly path?: string
  /** How to import a package that a JSON config names and that is not installed beside it. */
  readonly importPackage?: (name: string) => Promise<unknown>
}

export interface LoadedConfig {
  readonly path: string
  readonly config: SwitchyardConfig
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The nearest config file, upward from a folder; `undefined` when there is none. */
export const findConfig = async (from: string): Promise<string | undefined> => {
  const folder = resolve(from)
  for (const name of configNames) {
    const path = join(folder, name)
    if (await exists(path)) return path
  }
  const parent = dirname(folder)
  return parent === folder ? undefined : findConfig(parent)
}

/** Loads the config that applies; `undefined` when there is none. Rejects with `ConfigurationError`, naming file and fault. */
export const loadConfig = async (options: LoadOptions = {}): Promise<LoadedConfig | undefined> => {
  const cwd = resolve(options.cwd ?? ".")
  if (options.path !== undefined) {
    const path = resolve(cwd, options.path)
    if (!(await exists(path))) throw configurationError(`there is no config file ${path}`)
    return { path, config: await read(path, options) }
  }
  const path = await findConfig(cwd)
  return path === undefined ? undefined : { path, config: await read(path, options) }
}

const read = async (path: string, options: LoadOptions): Promise<SwitchyardConfig> => {
  if (extname(path) === ".json") {
    return check(path, await readJsonConfig(path, await readFile(path, "utf8"), importer(path, options)))
  }
  let module: unknown
  try {
    module = await import(pathToFileURL(path).href)
  } catch (error) {
    if (error instanceof SwitchyardError) throw error
    throw configurationError(`${path} could not be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
  const exported = typeof module === "object" && module !== null && "default" in module ? module.default : undefined
  if (exported === undefined) throw configurationError(`${path} has no default export: write export default defineConfig({ plugins: [...] })`)
  return check(path, exported)
}

const check = (path: string, value: unknown): SwitchyardConfig => {
  if (typeof value !== "object" || value === null || !("plugins" in value) || !Array.isArray(value.plugins)) {
    throw configurationError(`${path} must hold an object with a list of plugins: { plugins: [...] }`)
  }
  const strange = Object.keys(value).find((key) => key !== "plugins" && key !== "routes")
  if (strange !== undefined) throw configurationError(`${path} has a field "${strange}", which means nothing here (known: plugins, routes)`)
  const plugins: ReadonlyArray<unknown> = value.plugins
  for (const plugin of plugins) {
    const error = incompatibility(plugin)
    if (error !== undefined) throw toSwitchyardError(error)
  }
  const routes = "routes" in value ? checkRoutes(path, value.routes) : undefined
  const ready = plugins as ReadonlyArray<ReadyPlugin> // each was checked above; what it needs shows when the stack is built
  return routes === undefined ? { plugins: ready } : { plugins: ready, routes }
}

const checkRoutes = (path: string, routes: unknown): NonNullable<SwitchyardConfig["routes"]> => {
  const bad = (what: string) => configurationError(`${path}: ${what}; write routes as { "fast": "openai/gpt-5-mini" } or with a list of models`)
  if (typeof routes !== "object" || routes === null || Array.isArray(routes)) throw bad("routes is not an object")
  const out: Record<string, string | ReadonlyArray<string>> = {}
  for (const [alias, target] of Object.entries(routes)) {
    const models: ReadonlyArray<unknown> = Array.isArray(target) ? target : [target]
    const names = models.filter((model) => typeof model === "string")
    if (names.length === 0 || names.length !== models.length) throw bad(`routes.${alias} is not a model or a list of models`)
    out[alias] = names
  }
  return out
}

/** From where the config file is; else as the caller can. */
const importer =
  (path: string, { importPackage }: LoadOptions) =>
  async (name: string): Promise<unknown> => {
    let location: string | undefined
    try {
      location = createRequire(path).resolve(name)
    } catch {
      location = undefined
    }
    if (location !== undefined) return import(pathToFileURL(location).href)
    if (importPackage === undefined) throw new Error(`Cannot find package '${name}'`)
    return importPackage(name)
  }
