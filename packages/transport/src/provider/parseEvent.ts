import { LlmError } from "@switchyard/core"
import { isWire, type Wire } from "./Wire.ts"

/** The data of one server-sent event. What is not a JSON object fails the stream: skipping it would lose text. */
export const parseEvent = (data: string): Wire => {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw LlmError.make({ _tag: "InvalidResponse", message: "a chunk of the stream is not JSON" })
  }
  if (isWire(value)) return value
  throw LlmError.make({ _tag: "InvalidResponse", message: "a chunk of the stream is not a JSON object" })
}
