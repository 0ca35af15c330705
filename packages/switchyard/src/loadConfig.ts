import { readFile, stat } from "node:fs/promises"
import * as modules from "node:module"
import { dirname, extname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import type { SwitchyardConfig } from "./Config.ts"
import { configurationError, SwitchyardError } from "./errors.ts"
import { checkConfig } from "./internal/checkConfig.ts"
import { isMissing, isRelative, readJsonConfig } from "./jsonConfig.ts"

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
  stat(path).then(
    (found) => found.isFile(),
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
    if (!(await exists(path))) throw configurationError(`there is no config file ${path}: check the path`)
    return { path, config: await read(path, options) }
  }
  const path = await findConfig(cwd)
  return path === undefined ? undefined : { path, config: await read(path, options) }
}

const read = async (path: string, options: LoadOptions): Promise<SwitchyardConfig> => {
  if (extname(path) === ".json") {
    return checkConfig(path, await readJsonConfig(path, await readFile(path, "utf8"), importer(path, options)))
  }
  const module = await importConfig(path)
  const exported = typeof module === "object" && module !== null && "default" in module ? module.default : undefined
  if (exported === undefined)
    throw configurationError(`${path} has no default export: write export default defineConfig({ plugins: [...] })`)
  return checkConfig(path, exported)
}

const patience = "10 seconds"

/** Imports a config, which must not hold the program up for ever. */
const importConfig = (path: string): Promise<unknown> => {
  const loading = Effect.tryPromise({
    try: () => import(pathToFileURL(path).href),
    catch: (error) =>
      error instanceof SwitchyardError
        ? error
        : configurationError(`${path} could not be loaded: ${error instanceof Error ? error.message : String(error)}`),
  })
  const late = configurationError(
    `${path} did not finish loading within ${patience}: it waits for something at its top level`,
  )
  return Effect.runPromise(Effect.timeoutOrElse(loading, { duration: patience, orElse: () => Effect.fail(late) }))
}

/** From where the config file is; else as the caller can. */
const importer =
  (path: string, { importPackage }: LoadOptions) =>
  async (name: string): Promise<unknown> => {
    const found = resolveFrom(path, name)
    if (typeof found === "string") return import(found)
    if (importPackage === undefined || !isMissing(found, name) || isRelative(name)) throw found
    return importPackage(name)
  }

/** Where `import` in that file would find a module: its URL, or the error. Node has no other way to ask for another file. */
const resolveFrom = (path: string, name: string): unknown => {
  const parentURL = pathToFileURL(path).href
  const hooks = modules.registerHooks({
    resolve: (specifier, context, next) => next(specifier, { ...context, parentURL }),
  })
  try {
    return import.meta.resolve(name)
  } catch (error) {
    return error
  } finally {
    hooks.deregister()
  }
}
