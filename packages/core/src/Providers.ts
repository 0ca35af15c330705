import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LlmError } from "./LlmError.ts"
import type { Provider } from "./Provider.ts"

/** A provider and the plugin that brought it. */
export interface RegisteredProvider {
  readonly provider: Provider
  readonly plugin: string
}

export interface ProvidersShape {
  readonly all: ReadonlyArray<RegisteredProvider>
  readonly get: (id: string) => RegisteredProvider | undefined
}

/** The providers of a stack, by id. Immutable: it is made once, when the stack is built, and order does not matter. */
export class Providers extends Context.Service<Providers, ProvidersShape>()("@switchyard/core/Providers") {
  /**
   * Fails with `InvalidRequest` when two providers have the same id
   */
  static make(entries: ReadonlyArray<RegisteredProvider>): Effect.Effect<ProvidersShape, LlmError> {
    const byId = new Map<string, RegisteredProvider>()
    for (const entry of entries) {
      const { id } = entry.provider
      const other = byId.get(id)
      if (other !== undefined) {
        const message = `two providers have the id "${id}" (from ${other.plugin} and ${entry.plugin}): give one of them another id in its options`
        return Effect.fail(
          LlmError.make({ _tag: "InvalidRequest", field: "plugins", message }, { operation: "compose" }),
        )
      }
      byId.set(id, entry)
    }
    const all = [...byId.values()].sort((a, b) => (a.provider.id < b.provider.id ? -1 : 1))
    return Effect.succeed({ all, get: (id) => byId.get(id) })
  }

  /** For Effect users: a registry of these providers, without plugins. */
  static readonly layer = (...providers: ReadonlyArray<Provider>): Layer.Layer<Providers, LlmError> =>
    Layer.effect(Providers, Providers.make(providers.map((provider) => ({ provider, plugin: provider.id }))))
}
