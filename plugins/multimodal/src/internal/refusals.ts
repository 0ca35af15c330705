import { LlmError } from "@switchyard/core"

/** The request is wrong: another candidate would be sent the same. `what` is the path, URL or field that it is about. */
export const refused = (what: string, problem: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: what, message: `${what}: ${problem}` })

/** The field is where the file stands in the request, whatever of it went wrong. */
export const atField =
  (field: string) =>
  (error: LlmError): LlmError =>
    error.reason._tag === "InvalidRequest" ? LlmError.make({ ...error.reason, field }, error.context) : error

/** A format that cannot be sent. `recovery`: another model may take it (`failover`), or nobody does (`none`). */
export const unsupported = (what: string, feature: string, problem: string, recovery: "none" | "failover"): LlmError =>
  LlmError.make({ _tag: "Unsupported", feature, recovery, message: `${what}: ${problem}` })

/** Decimal units, as vendors state their limits. */
export const sizeText = (bytes: number): string =>
  bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
