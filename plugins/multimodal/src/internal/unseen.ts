import {
  candidateName,
  type CallContext,
  type Candidate,
  type LlmRequest,
  type Part,
  type TextPart,
} from "@switchyard/core"

import { isImage } from "./fileParts.ts"

/** What stands in the place of an image that a model cannot see. */
const note = (part: Extract<Part, { readonly type: "file" }>): TextPart => ({
  type: "text",
  text: part.filename === undefined ? "[An image was shown here.]" : `[The image ${part.filename} was shown here.]`,
})

/**
 * The request for a model that sees no images: those of earlier turns become a line of text, so that a conversation can go
 * on there. An image of the last turn stays, and the provider refuses it: leaving it out would answer another question.
 */
export const withNotes = (request: LlmRequest, candidate: Candidate, context: CallContext): LlmRequest => {
  const last = request.messages.findLastIndex(({ role }) => role === "user")
  let noted = 0
  const messages = request.messages.map((message, index) => {
    if (message.role !== "user" || index === last) return message
    const content = message.content.map((part) => {
      if (!isImage(part)) return part
      noted++
      return note(part)
    })
    return { ...message, content }
  })
  if (noted === 0) return request
  const what = noted === 1 ? "an image of an earlier turn" : `${noted} images of earlier turns`
  const message = `${candidateName(candidate)} sees no images: ${what} went as a line of text`
  context.warn({ type: "degraded", setting: "messages", message })
  return { ...request, messages }
}
