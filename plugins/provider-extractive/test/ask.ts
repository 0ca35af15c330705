import {
  compose,
  type FilePart,
  type LlmError,
  type LlmRequest,
  type LlmRequestInput,
  makeRequest,
  type ProviderResponse,
  type SourcePart,
  textOf,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import { extractive, type ExtractiveOptions, makeExtractive } from "../src/index.ts"

export const passage = (text: string, filename?: string, mediaType = "text/markdown"): FilePart => ({
  type: "file",
  mediaType,
  source: { type: "text", text },
  ...(filename === undefined ? {} : { filename }),
})

/** A kernel with nothing but this provider. */
export const stack = compose([extractive()])

export const request = (input: Omit<LlmRequestInput, "model">): LlmRequest => {
  const made = makeRequest({ model: "default", ...input })
  if ("reason" in made) throw made
  return made
}

/** The question with its files, as one user message. */
export const about = (question: string, ...files: ReadonlyArray<FilePart>): LlmRequest =>
  request({ messages: [{ role: "user", content: [...files, { type: "text", text: question }] }] })

export const ask = (asked: LlmRequest, options: ExtractiveOptions = {}): Effect.Effect<ProviderResponse, LlmError> => {
  const { generate } = makeExtractive(options)
  return generate === undefined ? Effect.die("no generate") : generate(asked)
}

export const text = (response: ProviderResponse): string => textOf(response.content)

export const sources = (response: ProviderResponse): ReadonlyArray<SourcePart> =>
  response.content.filter((part) => part.type === "source")

/** The cited documents of an answer. */
export const cited = (response: ProviderResponse) =>
  sources(response).flatMap(({ source }) => (source.type === "document" ? [source] : []))
