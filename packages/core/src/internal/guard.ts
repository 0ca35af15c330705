import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { isLlmError, LlmError } from "../LlmError.ts"

/** With the causes: wrappers such as `UnknownError` say nothing themselves. */
const ofError = (error: Error, depth = 0): string => {
  const own = `${error.name}: ${error.message}`
  return error.cause instanceof Error && depth < 3 ? `${own} (${ofError(error.cause, depth + 1)})` : own
}

const text = (defect: unknown): string =>
  defect instanceof Error ? ofError(defect) : typeof defect === "string" ? defect : inspect(defect)

const inspect = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return typeof value
  }
}

export const pluginFailure = (plugin: string, defect: unknown): LlmError =>
  LlmError.make({
    _tag: "PluginFailure",
    plugin,
    defect: text(defect),
    message: `the plugin "${plugin}" died: ${text(defect)}`,
  })

/**
 * Runs a plugin's code. What it throws, dies of, or fails with that is no `LlmError`, and a result that is no Effect (as
 * from an async function), becomes a `PluginFailure` that names it.
 */
export const guard = <A, E, R>(plugin: string, run: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | LlmError, R> =>
  Effect.catchCause(
    Effect.suspend(() => {
      const effect = run()
      return Effect.isEffect(effect)
        ? effect
        : Effect.die(new TypeError(`it returned ${what(effect)} and not an Effect`))
    }),
    (cause) => Effect.failCause(blame(plugin, cause)),
  )

const what = (value: unknown): string =>
  value instanceof Promise
    ? "a Promise"
    : value === null
      ? "null"
      : typeof value === "object"
        ? "an object"
        : typeof value

const blame = <E>(plugin: string, cause: Cause.Cause<E>): Cause.Cause<E | LlmError> => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Die") return Cause.fail(pluginFailure(plugin, reason.defect))
    if (reason._tag === "Fail" && !isLlmError(reason.error)) return Cause.fail(pluginFailure(plugin, reason.error))
  }
  return cause
}

/** The same, for code that must give something: what is `null` or `undefined` is the plugin's mistake too. */
export const given = <A, E, R>(
  plugin: string,
  what: string,
  run: () => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | LlmError, R> =>
  Effect.filterOrFail(
    guard(plugin, run),
    (value) => value !== undefined && value !== null,
    () => pluginFailure(plugin, new TypeError(`it gave no ${what.replace(/^an? /, "")}`)),
  )

/** Code of a plugin that must not cost the call anything: what goes wrong with it is one line in the log. */
export const harmless = <R>(
  plugin: string,
  run: () => Effect.Effect<void, unknown, R>,
): Effect.Effect<void, never, R> =>
  Effect.catchCause(guard(plugin, run), (cause) => Effect.logWarning(`${plugin} failed and was skipped`, cause))
