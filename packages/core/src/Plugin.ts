import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Cache } from "./Cache.ts"
import { Escalation } from "./Escalation.ts"
import { Failover } from "./Failover.ts"
import { pluginFailure } from "./internal/guard.ts"
import { pathIn } from "./internal/pathIn.ts"
import { LlmError } from "./LlmError.ts"
import type { Middleware } from "./Middleware.ts"
import { ModelCatalog } from "./ModelCatalog.ts"
import type { Provider } from "./Provider.ts"
import { RetryPolicy } from "./RetryPolicy.ts"
import { Router } from "./Router.ts"
import type { SingleKind } from "./Stack.ts"
import { TokenCounter } from "./TokenCounter.ts"
import { Tracer } from "./Tracer.ts"
import type { ValidatorFactory } from "./Validator.ts"

/** The kinds of which a stack may have many: each plugin brings one more. */
export type ManyKind = "provider" | "validator" | "middleware"
export type PluginKind = ManyKind | SingleKind

/** What a plugin of each kind brings. */
export interface Contributions {
  readonly provider: Provider
  readonly validator: ValidatorFactory
  readonly middleware: Middleware
  readonly router: Router
  readonly failover: Failover
  readonly retry: RetryPolicy
  readonly escalation: Escalation
  readonly cache: Cache | undefined
  readonly tracer: Tracer
  readonly catalog: ModelCatalog
  readonly tokens: TokenCounter
}

/** The contract version of each kind. The kernel accepts a plugin of this version or the one before. */
export const contracts: Readonly<Record<PluginKind, number>> = {
  provider: 1,
  validator: 1,
  middleware: 1,
  router: 1,
  failover: 1,
  retry: 1,
  escalation: 1,
  cache: 1,
  tracer: 1,
  catalog: 1,
  tokens: 1,
}

/** What a plugin may touch, told to the user before it is installed; not enforced. */
export type Permission = "network" | "filesystem" | "process" | "environment"

export interface PluginManifest<K extends PluginKind = PluginKind> {
  /** The package's name. */
  readonly name: string
  readonly kind: K
  /** The version of the kind's contract that the plugin was written for. */
  readonly contract: number
  readonly permissions: ReadonlyArray<Permission>
}

/** Marks in a layer's type which plugin kind it contributes to. */
export interface Contribution<K extends PluginKind> {
  readonly contributes: K
}

/** Under this key the plugin's layer must put what it brings. */
export type ContributionKey<K extends PluginKind> = Context.Key<Contribution<K>, Contributions[K]>

/** A plugin with its options: one value that carries its manifest, its key and its layer. */
export interface Plugin<K extends PluginKind = PluginKind, E = unknown, R = unknown> {
  readonly manifest: PluginManifest<K>
  readonly key: ContributionKey<K>
  readonly layer: Layer.Layer<Contribution<K>, E | LlmError, R>
}

/** Makes a plugin from options. Options are checked when the stack is built; a bad one fails it with the path of the field. */
export interface PluginFactory<K extends PluginKind, Options, E, R> {
  (options?: Options): Plugin<K, E, R>
  readonly manifest: PluginManifest<K>
}

interface Definition<K extends PluginKind, S extends Schema.Codec<unknown, unknown>, E, R> {
  readonly manifest: PluginManifest<K>
  readonly options: S
  /** The layer that puts the plugin's contribution under `key`. Its resources close with the stack, in reverse. */
  readonly layer: (options: S["Type"], key: ContributionKey<K>) => Layer.Layer<Contribution<K>, E, R>
}

const services = {
  router: Router,
  failover: Failover,
  retry: RetryPolicy,
  escalation: Escalation,
  cache: Cache,
  tracer: Tracer,
  catalog: ModelCatalog,
  tokens: TokenCounter,
} as const

let instances = 0

/** Single kinds fill the core's own service; of the others each instance has a key of its own, so that none is lost. */
const keyFor = <K extends PluginKind>(manifest: PluginManifest<K>): ContributionKey<K> => {
  const key: unknown =
    manifest.kind in services
      ? services[manifest.kind as SingleKind] // `in` does not narrow a generic
      : Context.Service(`${manifest.name}#${++instances}`)
  return key as ContributionKey<K> // each service's shape is the one that Contributions names for its kind
}

/**
 * Defines a plugin.
 *
 * ```ts
 * export const echo = definePlugin({
 *   manifest: { name: "switchyard-provider-echo", kind: "provider", contract: 1, permissions: [] },
 *   options: Schema.Struct({ id: Schema.optionalKey(Schema.String) }),
 *   layer: ({ id }, key) => Layer.succeed(key, makeEcho(id ?? "echo")),
 * })
 * ```
 */
export const definePlugin = <K extends PluginKind, S extends Schema.Codec<unknown, unknown>, E, R>(
  definition: Definition<K, S, E, R>,
): PluginFactory<K, S["Encoded"], E, R> => {
  const { manifest, options: schema } = definition
  const decode = Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })
  const make = (options?: S["Encoded"]): Plugin<K, E, R> => {
    const key = keyFor(manifest)
    const checked = Effect.mapError(decode(options ?? {}), (error) => badOptions(manifest.name, error.message))
    const layer = Layer.unwrap(Effect.map(checked, (decoded) => definition.layer(decoded, key)))
    return { manifest, key, layer: named(manifest.name, layer) }
  }
  return Object.assign(make, { manifest })
}

const badOptions = (plugin: string, problem: string): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: pathIn(problem) || "options",
      message: `the options of ${plugin} are wrong: ${problem.replace(/\s+/g, " ")}`,
    },
    { operation: "compose" },
  )

/** A plugin that dies while its layer is built is a `PluginFailure` that names it. */
const named = <A, E, R>(plugin: string, layer: Layer.Layer<A, E, R>): Layer.Layer<A, E | LlmError, R> =>
  Layer.catchCause(layer, (cause) => {
    const died = cause.reasons.find((reason) => reason._tag === "Die")
    const failure: Effect.Effect<never, E | LlmError> =
      died === undefined
        ? Effect.failCause(cause)
        : Effect.fail(pluginFailure(plugin, died.defect).in({ operation: "compose" }))
    return Layer.effectContext(failure)
  })
