import * as Effect from "effect/Effect"
import { LlmError } from "../LlmError.ts"

const text = (defect: unknown): string =>
  defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)

export const pluginFailure = (plugin: string, defect: unknown): LlmError =>
  LlmError.make({
    _tag: "PluginFailure",
    plugin,
    defect: text(defect),
    message: `the plugin "${plugin}" died: ${text(defect)}`,
  })

/** Runs a plugin's code. What it throws, or dies of, becomes a `PluginFailure` that names it. */
export const guard = <A, E, R>(plugin: string, run: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | LlmError, R> =>
  Effect.catchDefect(Effect.suspend(run), (defect) => Effect.fail(pluginFailure(plugin, defect)))
