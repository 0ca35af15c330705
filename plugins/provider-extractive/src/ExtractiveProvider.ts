import {
  type LlmRequest,
  LlmError,
  type Provider,
  type ProviderResponse,
  type Reason,
  type StreamPart,
  unfold,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { compose, contentOf, type Extract, usageOf } from "./internal/answer.ts"
import { describe, modelName } from "./internal/models.ts"
import { readQuestion } from "./internal/question.ts"
import { diversify, rank } from "./internal/rank.ts"
import { type Inquiry, readRequest } from "./internal/request.ts"
import { Scan } from "./internal/scan.ts"

export interface ExtractiveOptions {
  /** The first segment of `"provider/model"`. Default `"extractive"`. */
  readonly id?: string
  /** Sentences in an answer, at most: 1 to 50. Default 4. */
  readonly maxSentences?: number
  /**
   * Part of the question, 0 to 1, that a sentence must cover to be quoted; rare words are a greater part. Default 0.35:
   * one of three equally rare words is not enough.
   */
  readonly minScore?: number
}

/** UTF-16 units read between two yields to the runtime: some ten milliseconds of work. */
const BATCH = 131_072

interface Answered {
  readonly response: ProviderResponse
  readonly extract: Extract
}

/**
 * A provider without a model: it answers a question with the most relevant sentences of the context that the request
 * carries, word for word and cited as `source` parts. It generates nothing, needs no key and opens no connection.
 *
 * Fails with `InvalidRequest` (no question), `Unsupported` (no context; JSON output), `EmptyResponse` (no sentence of the
 * context bears on the question), `ModelNotFound` (the one model is `default`).
 */
export const makeExtractive = (options: ExtractiveOptions = {}): Provider => {
  const { id = "extractive", maxSentences = 4, minScore = 0.35 } = options
  const fail = (reason: Reason): LlmError => LlmError.make(reason, { provider: id, model: modelName })

  const extract = Effect.fnUntraced(function* (inquiry: Inquiry) {
    const question = readQuestion(inquiry.question)
    const scan = new Scan(inquiry.documents, question)
    while (scan.step(BATCH)) yield* Effect.yieldNow
    const ranked = rank(question, scan, inquiry.documents, minScore)
    const chosen = diversify(ranked, inquiry.documents, maxSentences)
    if (chosen.length === 0) {
      const message = "nothing in the given context bears on the question: no sentence shares enough of its words"
      return yield* fail({ _tag: "EmptyResponse", message })
    }
    return compose(chosen, inquiry, question.hints.code)
  })

  const answer = Effect.fnUntraced(function* (request: LlmRequest) {
    if (request.model !== modelName) {
      const message = `"${request.model}" is unknown: the one model is "${id}/${modelName}"`
      return yield* fail({ _tag: "ModelNotFound", message })
    }
    const inquiry = readRequest(request, id)
    if (inquiry instanceof LlmError) return yield* inquiry
    const extracted = yield* extract(inquiry)
    const response: ProviderResponse = {
      content: contentOf(extracted),
      finish: { unified: extracted.cut ? "length" : "stop" },
      usage: usageOf(inquiry, extracted),
      warnings: inquiry.warnings,
      model: modelName,
    }
    return { response, extract: extracted }
  })

  return {
    id,
    models: [modelName],
    credentials: [],
    describe,
    generate: (request) => Effect.map(answer(request), ({ response }) => response),
    stream: (request) => Stream.unwrap(Effect.map(answer(request), (answered) => Stream.fromArray(partsOf(answered)))),
  }
}

/** The stream of an answer: its text sentence by sentence. */
const partsOf = ({ response, extract }: Answered): ReadonlyArray<StreamPart> =>
  unfold(response).flatMap((part): ReadonlyArray<StreamPart> =>
    part.type === "text-delta" ? extract.pieces.map((text) => ({ type: "text-delta", id: part.id, text })) : [part],
  )
