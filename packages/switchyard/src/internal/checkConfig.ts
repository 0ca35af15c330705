import { incompatibility, type Routes } from "@switchyard/core"
import { configurationError, toSwitchyardError } from "../errors.ts"
import type { ReadyPlugin, SwitchyardOptions } from "../Switchyard.ts"

/** Checks what types cannot promise. Throws a `ConfigurationError` or `PluginIncompatibleError` that begins with `where`. */
export const checkConfig = (where: string, value: unknown): SwitchyardOptions => {
  if (typeof value !== "object" || value === null || !("plugins" in value) || !Array.isArray(value.plugins)) {
    throw configurationError(`${where} must hold an object with a list of plugins: { plugins: [...] }`)
  }
  const strange = Object.keys(value).find((key) => key !== "plugins" && key !== "routes")
  if (strange !== undefined) {
    throw configurationError(`${where} has a field "${strange}", which means nothing here (known: plugins, routes)`)
  }
  const plugins: ReadonlyArray<unknown> = value.plugins
  for (const plugin of plugins) {
    const error = incompatibility(plugin)
    if (error !== undefined) throw toSwitchyardError(error)
  }
  const ready = plugins as ReadonlyArray<ReadyPlugin> // each was checked above; what it needs shows when the stack is built
  const routes = "routes" in value ? value.routes : undefined
  const checked = routes === undefined ? { plugins: ready } : { plugins: ready, routes: checkRoutes(where, routes) }
  if (plugins.length === 0) throw configurationError(`${where} lists no plugins: a stack needs at least one provider`)
  return checked
}

const checkRoutes = (where: string, routes: unknown): Routes => {
  const bad = (what: string) =>
    configurationError(
      `${where}: ${what}; write routes as { "fast": "openai/gpt-5.4-mini" }, or with a list of models in place of one`,
    )
  if (typeof routes !== "object" || routes === null || Array.isArray(routes)) throw bad("routes is not an object")
  for (const [alias, target] of Object.entries(routes)) {
    const models: ReadonlyArray<unknown> = Array.isArray(target) ? target : [target]
    const named = models.length > 0 && models.every((model) => typeof model === "string" && model !== "")
    if (!named) throw bad(`routes.${alias} is not a model or a list of models`)
  }
  return routes as Routes // each field was checked above
}
