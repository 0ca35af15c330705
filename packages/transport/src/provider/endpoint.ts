import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { makeTransport, type TransportOptions } from "../Transport.ts"
import { TransportError } from "../TransportError.ts"

const wrong = (plugin: string, field: string, message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${plugin}: ${message}` }, { operation: "compose" })

/**
 * The address of a provider, checked when the stack is built. `from` is the option or variable that gave it: a secret in it
 * is never repeated.
 */
export const addressOf = (plugin: string, given: string, from: string): Effect.Effect<URL, LlmError> => {
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return Effect.fail(wrong(plugin, "baseURL", `${from} is not an http or https URL`))
  }
  if (url.username !== "" || url.password !== "") {
    const message = `${from} holds a user name or a password: give them as apiKey, or in headers`
    return Effect.fail(wrong(plugin, "baseURL", message))
  }
  return Effect.succeed(url)
}

/** One pool of connections per plugin, closed with its scope. */
export const scopedTransport = (plugin: string, options: TransportOptions = {}) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => makeTransport(options),
      catch: (error) => wrong(plugin, "proxy", error instanceof TransportError ? error.message : String(error)),
    }),
    (made) => Effect.promise(() => made.close()),
  )
