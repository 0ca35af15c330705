import { LlmError } from "@switchyard/core"

/** Numbers that make no sense: the error of the first. */
export const wrongNumber = (
  numbers: Readonly<Record<string, number | undefined>>,
  least: number = 1,
): LlmError | undefined => {
  const wrong = Object.entries(numbers).find(([, value]) => value !== undefined && !(value >= least))
  if (wrong === undefined) return undefined
  const [field, value] = wrong
  const message = `${field} is ${value}: give a number of at least ${least}`
  return LlmError.make({ _tag: "InvalidRequest", field, message }, { operation: "config" })
}
