import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { pluginFailure } from "./internal/guard.ts"
import { Kernel } from "./Kernel.ts"
import { LlmError } from "./LlmError.ts"
import { Middlewares, stages } from "./Middleware.ts"
import { makeNotices, Notices } from "./Notices.ts"
import { type Contributions, contracts, type ManyKind, type PluginKind, type PluginManifest } from "./Plugin.ts"
import { Providers } from "./Providers.ts"
import { Routes } from "./Router.ts"
import { PluginNames, type SingleKind } from "./Stack.ts"
import { type RegisteredValidator, Validators } from "./Validator.ts"

export interface ComposeOptions {
  /** Aliases: `{ fast: "openai/gpt-5-mini", auto: ["openai/gpt-5", "anthropic/claude-opus-5"] }`. */
  readonly routes?: Routes
}

/** A plugin of any kind, whatever it needs. */
export interface AnyPlugin {
  readonly manifest: PluginManifest
  readonly key: unknown
  readonly layer: Layer.Any
}

type ErrorOf<P extends AnyPlugin> = Layer.Error<P["layer"]>
type NeedsOf<P extends AnyPlugin> = Layer.Services<P["layer"]>

/**
 * One layer out of a list of plugins: the kernel and the registry of providers. Their order does not matter. What the
 * plugins themselves need, and the list does not bring, stays in the layer's requirements.
 *
 * Fails (typed) with `PluginIncompatible`, with `InvalidRequest` for wrong options, two plugins of a kind that a stack has
 * one of, or two providers with one id, and with `PluginFailure` when a plugin dies while it is built.
 */
export const compose = <const P extends ReadonlyArray<AnyPlugin>>(
  plugins: P,
  options: ComposeOptions = {},
): Layer.Layer<Kernel | Providers, LlmError | ErrorOf<P[number]>, Exclude<NeedsOf<P[number]>, Providers>> => {
  const checked = Effect.map(check(plugins), () => {
    const providers = plugins.filter((plugin) => plugin.manifest.kind === "provider")
    const others = plugins.filter((plugin) => plugin.manifest.kind !== "provider")
    const notices = Layer.sync(Notices, makeNotices)
    const registry = Layer.provideMerge(registryOf(plugins), Layer.provideMerge(together(providers), notices))
    const services = Layer.provideMerge(listsOf(plugins, options), Layer.provideMerge(together(others), registry))
    return Layer.provideMerge(Kernel.layer, services)
  })
  // The plugins' own types were erased by the list; the signature above restores them.
  return Layer.unwrap(checked) as Layer.Layer<Kernel | Providers, never, never>
}

const together = (plugins: ReadonlyArray<AnyPlugin>): Layer.Layer<never> => {
  // What the plugins need and how they fail is in the signature of `compose`; in here it is of no interest.
  const [first, ...rest] = plugins.map((plugin) => plugin.layer as Layer.Layer<never>)
  return first === undefined ? Layer.empty : Layer.mergeAll(first, ...rest)
}

const contributionsOf = <K extends ManyKind>(plugins: ReadonlyArray<AnyPlugin>, kind: K) =>
  Effect.map(Effect.context<never>(), (context) =>
    plugins
      .filter((plugin) => plugin.manifest.kind === kind)
      .map((plugin) => {
        // Each plugin's layer is in this stack, under its own key, with the shape of its kind.
        const key = plugin.key as Context.Key<never, unknown> as Context.Key<never, Contributions[K]>
        return { plugin: plugin.manifest.name, value: Option.getOrUndefined(Context.getOption(context, key)) }
      }),
  ).pipe(
    Effect.flatMap((found) =>
      Effect.forEach(found, ({ plugin, value }) =>
        isContribution(kind, value)
          ? Effect.succeed({ plugin, value })
          : Effect.fail(
              pluginFailure(plugin, new TypeError(`its layer brings no ${kind}`)).in({ operation: "compose" }),
            ),
      ),
    ),
  )

/** Has it the shape of its kind, as far as the kernel stands on it? Authors without types may give anything. */
const isContribution = <K extends ManyKind>(kind: K, value: unknown): value is Contributions[K] => {
  if (typeof value !== "object" || value === null) return false
  try {
    const { id, models, describe, name, stage, names, make }: { readonly [field: string]: unknown } = { ...value }
    if (kind === "provider")
      return typeof id === "string" && id !== "" && Array.isArray(models) && typeof describe === "function"
    if (kind === "middleware") return typeof name === "string" && stages.some((known) => known === stage)
    return Array.isArray(names) && typeof make === "function"
  } catch {
    return false
  }
}

const registryOf = (plugins: ReadonlyArray<AnyPlugin>): Layer.Layer<Providers, LlmError> =>
  Layer.effect(
    Providers,
    Effect.flatMap(contributionsOf(plugins, "provider"), (found) =>
      Providers.make(found.map(({ plugin, value }) => ({ plugin, provider: value }))),
    ),
  )

const listsOf = (
  plugins: ReadonlyArray<AnyPlugin>,
  options: ComposeOptions,
): Layer.Layer<never, LlmError, Providers> => {
  const names: Partial<Record<SingleKind, string>> = {}
  for (const { manifest } of plugins) {
    const { kind, name } = manifest
    if (!many(kind)) names[kind] = name
  }
  return Layer.mergeAll(
    Layer.succeed(PluginNames, names),
    Layer.effect(Routes, routesOf(options.routes ?? {})),
    Layer.effect(Middlewares, middlewaresOf(plugins)),
    Layer.effect(Validators, validatorsOf(plugins)),
  )
}

/** A route to a provider that is not there is found when the stack is built, not when somebody calls it. */
const routesOf = Effect.fnUntraced(function* (routes: Routes) {
  const { all, get } = yield* Providers
  const serves = (model: string): boolean => {
    const slash = model.indexOf("/")
    return (
      (slash > 0 && get(model.slice(0, slash)) !== undefined) ||
      all.some(({ provider }) => provider.models.includes(model))
    )
  }
  for (const [alias, target] of Object.entries(routes)) {
    const missing = (typeof target === "string" ? [target] : target).find((model) => !serves(model))
    if (missing === undefined) continue
    const installed = all.map(({ provider }) => provider.id).join(", ") || "none"
    return yield* refusal(
      `the route "${alias}" leads to "${missing}", which no provider of the stack serves (providers: ${installed}). ` +
        `Routes name models as provider/model, and not other routes`,
    )
  }
  return routes
})

/** Within a stage the name decides the order, so two of one name have none. */
const middlewaresOf = Effect.fnUntraced(function* (plugins: ReadonlyArray<AnyPlugin>) {
  const seen = new Map<string, string>()
  const found = yield* contributionsOf(plugins, "middleware")
  for (const { plugin, value } of found) {
    const place = `${value.stage}/${value.name}`
    const other = seen.get(place)
    if (other !== undefined) {
      return yield* refusal(
        `two middlewares are named "${value.name}" in stage "${value.stage}" (from ${other} and ${plugin}). Leave one out`,
      )
    }
    seen.set(place, plugin)
  }
  return found.map(({ plugin, value }) => ({ plugin, middleware: value }))
})

const validatorsOf = Effect.fnUntraced(function* (plugins: ReadonlyArray<AnyPlugin>) {
  const byName = new Map<string, RegisteredValidator>()
  for (const { plugin, value: factory } of yield* contributionsOf(plugins, "validator")) {
    for (const name of factory.names) {
      const other = byName.get(name)
      if (other !== undefined) {
        return yield* refusal(`two plugins bring a validator "${name}": ${other.plugin} and ${plugin}. Leave one out`)
      }
      byName.set(name, { factory, plugin })
    }
  }
  return byName
})

const many = (kind: PluginKind): kind is ManyKind =>
  kind === "provider" || kind === "validator" || kind === "middleware"

const refusal = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "plugins", message }, { operation: "compose" })

/** Every plugin fits this kernel, and no two claim a place of which there is one. */
const check = (plugins: ReadonlyArray<AnyPlugin>): Effect.Effect<void, LlmError> => {
  const owners = new Map<PluginKind, string>()
  for (const plugin of plugins) {
    const incompatible = incompatibility(plugin)
    if (incompatible !== undefined) return Effect.fail(incompatible)
    const { kind, name } = plugin.manifest
    const owner = owners.get(kind)
    if (owner !== undefined && !many(kind)) {
      return Effect.fail(refusal(`a stack has one ${kind}, and both ${owner} and ${name} bring one. Leave one out`))
    }
    owners.set(kind, name)
  }
  return Effect.void
}

/** Why this kernel cannot take a value as a plugin, if it cannot. */
export const incompatibility = (plugin: unknown): LlmError | undefined => {
  const refuse = (name: string, message: string) =>
    LlmError.make({ _tag: "PluginIncompatible", plugin: name, message }, { operation: "compose" })
  if (typeof plugin === "function" && "manifest" in plugin) {
    const { name } = plugin.manifest as PluginManifest // only definePlugin makes functions with a manifest
    return refuse(name, `${name} was listed without calling it: write it with parentheses, as in openai()`)
  }
  if (typeof plugin !== "object" || plugin === null || !("manifest" in plugin)) {
    return refuse(
      "unknown",
      `the list of plugins holds ${describe(plugin)}, which is not a plugin made by definePlugin`,
    )
  }
  const manifest: unknown = plugin.manifest
  if (typeof manifest !== "object" || manifest === null || !("layer" in plugin) || !Layer.isLayer(plugin.layer)) {
    return refuse(
      "unknown",
      "the list of plugins holds an object without a manifest or a layer, which is not a plugin made by definePlugin",
    )
  }
  const { name, kind, contract } = manifest as PluginManifest // checked field by field below
  if (typeof name !== "string" || !Number.isInteger(contract)) {
    return refuse("unknown", "a plugin's manifest must have a name and a contract, which is an integer")
  }
  if (!Object.hasOwn(contracts, kind)) {
    return refuse(
      name,
      `${name} is of kind "${kind}", which this kernel does not know: install a newer @switchyard/core`,
    )
  }
  const current = contracts[kind]
  if (contract > current) {
    return refuse(
      name,
      `${name} needs contract ${contract} of kind "${kind}" and this kernel has ${current}: install a newer @switchyard/core, or an older ${name}`,
    )
  }
  if (!(contract >= current - 1)) {
    return refuse(
      name,
      `${name} was written for contract ${contract} of kind "${kind}" and this kernel needs ${current}: install a newer ${name}`,
    )
  }
  return undefined
}

const describe = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`
