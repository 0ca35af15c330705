import { LlmError } from "@switchyard/core"

/** The call is refused before anything is sent. `field` is a path from the parameters on: `params.of[1].weight`. */
export const refused = (name: string, field: string, problem: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field, message: `${field} of the validator "${name}" is wrong: ${problem}` },
    { operation: "config" },
  )

/** What is wrong with the parameters of a member, with the member's place before it. */
export const atPath = (error: LlmError, field: string, type: string): LlmError => {
  const { reason } = error
  if (reason._tag !== "InvalidRequest") return error
  const inner = reason.field?.startsWith("params") === true ? reason.field : "type"
  const message = `in ${field} ("${type}"): ${reason.message}`
  return LlmError.make({ ...reason, field: `${field}.${inner}`, message }, error.context)
}
