import { chatStream } from "./chat/chunks.ts"
import { chatCompletion, failedChatCompletion } from "./chat/message.ts"
import { embeddingList } from "./embeddings.ts"
import type { Exchange } from "./Exchange.ts"
import { modelList } from "./models.ts"
import { closedResponse, failedResponse } from "./responses/response.ts"
import { responseStream } from "./responses/stream.ts"
import { jsonTranscript, type Transcript } from "./Transcript.ts"

/** One route: what a request to it must carry, and how its answer is written. */
export interface Route {
  readonly method: "GET" | "POST"
  readonly path: string
  /** Body members without which the vendor answers 400. */
  readonly required: ReadonlyArray<string>
  readonly transcript: (exchange: Exchange, models: ReadonlyArray<string>) => Transcript
}

const routes: ReadonlyArray<Route> = [
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

/** Routes match by the end of the path, so that any prefix works: `/v1`, `/openai/v1`, `/openai/deployments/name`. */
export const findRoute = (method: string, path: string): Route | undefined =>
  routes.find((route) => route.method === method && path.endsWith(route.path))
