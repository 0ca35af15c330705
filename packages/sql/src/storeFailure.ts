import { LlmError } from "@switchyard/core"
import type * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import { storeName } from "./storeName.ts"
import { storeProblem } from "./storeProblem.ts"

/**
 * What a failure of the store is to a caller: a `PluginFailure` of the plugin, which names the file or the server, never
 * its password. It is nobody's provider that is ill, so nothing is tried again elsewhere.
 */
export const storeFailure =
  (plugin: string, url: string | Redacted.Redacted) =>
  (error: SqlError): LlmError => {
    const message = `the store ${storeName(url)} of ${plugin} failed: ${storeProblem(url)(error)}`
    return LlmError.make({ _tag: "PluginFailure", plugin, recovery: "none", message })
  }
