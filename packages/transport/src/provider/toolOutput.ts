import type { ToolOutput } from "@switchyard/core"
import { textOf } from "@switchyard/core"
import type { Warnings } from "./Warnings.ts"

/** A tool's output as the one string that the wire takes. */
export const toolOutputText = (output: ToolOutput, warnings: Warnings): string => {
  switch (output.type) {
    case "text":
      return output.value
    case "error-text":
      return `Error: ${output.value}`
    case "json":
      return JSON.stringify(output.value)
    case "error-json":
      return JSON.stringify({ error: output.value })
    case "denied":
      return output.reason === undefined ? "The tool call was denied." : `The tool call was denied: ${output.reason}`
    case "content":
      if (output.value.some((part) => part.type === "file")) warnings.lost("files in a tool result")
      return textOf(output.value)
  }
}
