import { type FilePart, LlmError } from "@switchyard/core"

/** Content that cannot be sent fails the attempt: leaving it out would answer another question. */
export const cannotSend = (part: FilePart, api: string): LlmError => {
  const what = `a file of type ${part.mediaType} given as ${part.source.type}`
  return LlmError.make({
    _tag: "Unsupported",
    feature: `input of ${part.mediaType}`,
    message: `the ${api} API cannot take ${what}`,
  })
}
