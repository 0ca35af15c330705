import { chatStream } from "./chat/chunks.ts"
import { chatCompletion, failedChatCompletion } from "./chat/message.ts"
import { embeddingList } from "./embeddings.ts"
import type { Route } from "./Dialect.ts"
import { modelList } from "./models.ts"
import { closedResponse, failedResponse } from "./responses/response.ts"
import { responseStream } from "./responses/stream.ts"
import { jsonTranscript } from "./Transcript.ts"

/** The routes of the OpenAI wire. */
export const openaiRoutes: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/chat/completions",
    required: ["model", "messages"],
    transcript: (exchange) =>
      exchange.request.stream === true
        ? chatStream(exchange)
        : jsonTranscript(chatCompletion(exchange), (error) => failedChatCompletion(exchange, error)),
  },
  {
    method: "POST",
    path: "/responses",
    required: ["model", "input"],
    transcript: (exchange) =>
      exchange.request.stream === true
        ? responseStream(exchange)
        : jsonTranscript(closedResponse(exchange), (error) => failedResponse(exchange, error)),
  },
  {
    method: "POST",
    path: "/embeddings",
    required: ["model", "input"],
    transcript: (exchange) => jsonTranscript(embeddingList(exchange)),
  },
  {
    method: "GET",
    path: "/models",
    required: [],
    transcript: (exchange, models) => jsonTranscript(modelList(exchange, models)),
  },
]
