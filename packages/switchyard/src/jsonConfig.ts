import { basename } from "node:path"
import { configurationError } from "./errors.ts"

/**
 * A config as JSON: `{ "plugins": ["@switchyard/provider-openai", ["some-plugin", { "option": 1 }]], "routes": {…} }`.
 * `"${NAME}"` in a string is the environment variable NAME.
 */
export const readJsonConfig = async (
  path: string,
  text: string,
  importPackage: (name: string) => Promise<unknown>,
): Promise<unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw configurationError(`${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== "object" || value === null || !("plugins" in value) || !Array.isArray(value.plugins))
    return value
  const entries: ReadonlyArray<unknown> = value.plugins
  const plugins: Array<unknown> = []
  for (const [index, entry] of entries.entries()) {
    const [name, options] = entryOf(path, index, entry)
    plugins.push((await factoryOf(path, name, importPackage))(withEnvironment(path, options)))
  }
  return { ...value, plugins }
}

const entryOf = (path: string, index: number, entry: unknown): readonly [name: string, options: unknown] => {
  if (typeof entry === "string") return [entry, undefined]
  if (Array.isArray(entry) && typeof entry[0] === "string" && entry.length <= 2) return [entry[0], entry[1]]
  throw configurationError(`${path}: plugins[${index}] must be a package's name, or ["name", { options }]`)
}

/** Not found itself, in contrast to found and broken. */
export const isMissing = (error: unknown, name: string): boolean => {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return false
  const [, missing = ""] = /^Cannot find (?:package|module) '([^']*)'/.exec(error.message) ?? []
  return missing !== "" && (name.startsWith(missing) || basename(missing) === basename(name))
}

export const isRelative = (name: string): boolean => /^\.{0,2}\//.test(name)

type Factory = (options: unknown) => unknown

const isFactory = (value: unknown): value is Factory => typeof value === "function" && "manifest" in value

const factoryOf = async (
  path: string,
  name: string,
  importPackage: (name: string) => Promise<unknown>,
): Promise<Factory> => {
  let module: unknown
  try {
    module = await importPackage(name)
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)
    const why = said.replace(/ imported from .*$/, "")
    if (!isMissing(error, name))
      throw configurationError(`${path} names the plugin "${name}", which could not be loaded: ${why}`)
    const mend = isRelative(name) ? "check the path" : `install it with npm install ${name}`
    throw configurationError(`${path} names the plugin "${name}", which is not there (${why}): ${mend}`)
  }
  const exported: Record<string, unknown> = typeof module === "object" && module !== null ? { ...module } : {}
  const found = [exported["plugin"], exported["default"], ...Object.values(exported)].find(isFactory)
  if (found === undefined)
    throw configurationError(`${path}: the package "${name}" exports no plugin made by definePlugin`)
  return found
}

const withEnvironment = (path: string, value: unknown): unknown => {
  if (typeof value === "string") {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const set = process.env[name]
      if (set === undefined) throw configurationError(`${path} uses the environment variable ${name}, which is not set`)
      return set
    })
  }
  if (Array.isArray(value)) return value.map((item) => withEnvironment(path, item))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withEnvironment(path, item)]))
}
