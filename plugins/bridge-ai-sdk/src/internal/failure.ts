import type { ErrorContext, Reason } from "@switchyard/core"
import { isObject } from "./plain.ts"

/** An `LlmError` of any copy of core, or a `SwitchyardError` of the front door: both hold the reason and where it happened. */
export interface Failure {
  readonly reason: Reason
  readonly context: ErrorContext
  readonly message: string
}

export const isFailure = (error: unknown): error is Failure =>
  isObject(error) &&
  isObject(error["reason"]) &&
  typeof error["reason"]["_tag"] === "string" &&
  isObject(error["context"])
