import { type JsonObject, textOf, type ToolOutput } from "@switchyard/core"
import { Prompt } from "./ai.ts"
import { fromPromptFile, toPromptFile } from "./files.ts"
import { dataOf, isObject, type Marks, toJson, toMetadata } from "./marks.ts"

/** What a tool gave back, as effect/ai has it: a value, did it fail, and what the model is shown in its place. */
export interface Result {
  readonly isFailure: boolean
  readonly result: unknown
  readonly modelOutput?: ReadonlyArray<Prompt.ToolModelOutputPart> | undefined
}

const denied = "execution-denied"

const isDenial = (value: unknown): value is JsonObject => isObject(value) && value["type"] === denied

/**
 * A string reads as text and any other value as JSON, so a mark is needed only where it is the other way round. `theirs`
 * is what effect/ai had beside the content that the model is shown.
 */
export const toResult = (
  output: ToolOutput,
  theirs: JsonObject,
): { readonly result: Result; readonly marks?: Marks } => {
  switch (output.type) {
    case "text":
    case "error-text":
      return { result: { isFailure: output.type === "error-text", result: output.value } }
    case "json":
    case "error-json": {
      const isFailure = output.type === "error-json"
      const result = { isFailure, result: output.value }
      const misread = typeof output.value === "string" || (isFailure && isDenial(output.value))
      return misread ? { result, marks: { output: "json" } } : { result }
    }
    case "denied": {
      const reason = output.reason === undefined ? {} : { reason: output.reason }
      return { result: { isFailure: true, result: { type: denied, ...reason } } }
    }
    case "content":
      return {
        result: {
          isFailure: theirs["isFailure"] === true,
          result: "result" in theirs ? theirs["result"] : textOf(output.value),
          modelOutput: output.value.map((part) =>
            part.type === "file" ? toPromptFile(part) : toPromptText(part.text, part.providerData),
          ),
        },
      }
  }
}

const toPromptText = (text: string, data: Parameters<typeof toMetadata>[0]): Prompt.TextPart => {
  const options = toMetadata(data)
  return Prompt.makePart("text", { text, ...(options === undefined ? {} : { options }) })
}

/** The reverse. `theirs` is to be kept, so that it can be given back. */
export const fromResult = (
  { isFailure, result, modelOutput }: Result,
  marks: JsonObject,
): { readonly output: ToolOutput; readonly theirs?: Marks } => {
  if (modelOutput !== undefined) {
    const value = modelOutput.map((part) =>
      part.type === "file" ? fromPromptFile(part) : { type: "text" as const, text: part.text, ...dataOf(part.options) },
    )
    const same = !isFailure && result === textOf(value)
    const theirs = same ? {} : { theirs: { result: toJson(result), ...(isFailure ? { isFailure } : {}) } }
    return { output: { type: "content", value }, ...theirs }
  }
  const exact = marks["output"] === "json"
  if (typeof result === "string" && !exact) {
    return { output: { type: isFailure ? "error-text" : "text", value: result } }
  }
  if (isFailure && !exact && isDenial(result)) {
    const { reason } = result
    return { output: { type: "denied", ...(typeof reason === "string" ? { reason } : {}) } }
  }
  return { output: { type: isFailure ? "error-json" : "json", value: toJson(result) } }
}
