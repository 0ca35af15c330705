import { LlmError } from "@switchyard/core"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

export const plugin = "@switchyard/rag-store-postgres"

/** What is wrong with what a caller gave. */
export const invalid = (field: string, message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message }, { operation: "config" })

/** A store that cannot be opened. */
export const notOpened = (name: string, problem: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "url", message: `the store ${name} cannot be opened: ${problem}` },
    { operation: "compose" },
  )

/** A server that hangs, or work that is too long. */
export const late = (name: string, ms: number, option: "timeoutMs" | "writeTimeoutMs"): LlmError => {
  const message =
    `the store ${name} did not answer within the ${ms} ms of the option ${option}. It may be overloaded, or locked by ` +
    `another process. Give more with timeoutMs for reading and writeTimeoutMs for writing`
  return LlmError.make({ _tag: "Timeout", phase: "total", ms, recovery: "none", message })
}

/** Postgres's SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
export const stateOf = ({ reason: { cause } }: SqlError): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined

/** A table that was there a moment ago: its namespace has been emptied. */
export const isGone = (error: unknown): boolean => isSqlError(error) && stateOf(error) === "42P01"

/** Two writers were in each other's way, and Postgres undid one of them: it can be done again. */
export const isClash = (error: unknown): boolean =>
  isSqlError(error) && (error.reason._tag === "DeadlockError" || error.reason._tag === "SerializationError")
