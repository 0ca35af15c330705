import * as Data from "effect/Data"
import { redact, type ServerSpec } from "./ServerSpec.ts"

/**
 * Why a server did not do what it was asked. `refused`: it answered, with an error, and is well. `session`: it forgot us
 * and did nothing; a new session may be asked the same. `lost`: it is gone, or cannot be reached.
 */
export class McpProblem extends Data.TaggedError("McpProblem")<{
  readonly kind: "refused" | "session" | "lost"
  /** To be put after the server's name. */
  readonly message: string
}> {}

const longest = 600

export const problem = (spec: ServerSpec, kind: McpProblem["kind"], message: string): McpProblem =>
  new McpProblem({ kind, message: redact(message, spec.secrets).replace(/\s+/g, " ").trim().slice(0, longest) })

/** `fetch failed` says nothing; its cause does. */
export const textOf = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause
  if (!(cause instanceof Error) || depth > 2) return error.message
  const deeper = textOf(cause, depth + 1)
  return deeper === "" ? error.message : `${error.message} (${deeper})`
}
