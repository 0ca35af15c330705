import { anthropicErrorBodies, undocumentedAnthropicError } from "../../anthropicErrorBodies.ts"
import type { ErrorBody } from "../../errorBodies.ts"
import type { RecordedRequest } from "../../RecordedRequest.ts"
import type { Dialect, Route } from "../Dialect.ts"
import type { Exchange } from "../Exchange.ts"
import { type JsonObject, parseJsonObject } from "../Json.ts"
import { jsonTranscript } from "../Transcript.ts"
import { errorBody, message, unknownFields } from "./message.ts"
import { messageStream } from "./stream.ts"

const modelList = (exchange: Exchange, known: ReadonlyArray<string>): JsonObject => {
  const ids = exchange.reply.models ?? known
  return {
    data: ids.map((id) => ({
      type: "model",
      id,
      display_name: id,
      created_at: new Date(exchange.created * 1000).toISOString(),
      ...unknownFields(exchange.reply),
    })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }
}

const routes: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/messages",
    required: ["model", "max_tokens", "messages"],
    transcript: (exchange) => {
      const failed = errorBody(`req_${exchange.number}`)
      return exchange.request.stream === true
        ? messageStream(exchange)
        : jsonTranscript(message(exchange), failed, failed)
    },
  },
  {
    method: "GET",
    path: "/v1/models",
    required: [],
    transcript: (exchange, models) => jsonTranscript(modelList(exchange, models)),
  },
]

const refused = (status: number, type: string, text: string): ErrorBody => ({
  status,
  body: { type: "error", error: { type, message: text } },
})

const invalid = (text: string): ErrorBody => refused(400, "invalid_request_error", text)

const keyOf = ({ headers }: RecordedRequest): string | undefined =>
  headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer\s+/i, "")

/** Since this version the API refuses them, whatever their value; before, models up to 4.6 took them. */
const versionWithoutSampling = "2026-10-21"
const sampling = ["temperature", "top_p", "top_k"]

const refusal: Dialect["refusal"] = (request, route, apiKey) => {
  const key = keyOf(request)
  if (apiKey !== undefined && key === undefined) {
    return refused(401, "authentication_error", "x-api-key header is required")
  }
  if (apiKey !== undefined && key !== apiKey) return anthropicErrorBodies.invalid_api_key
  if (!route) return refused(404, "not_found_error", "Not Found")
  const version = request.headers["anthropic-version"]
  if (version === undefined) return invalid("anthropic-version: header is required")
  if (route.method === "GET") return undefined
  if (!parseJsonObject(request.rawBody)) return invalid("The request body is not valid JSON")
  const missing = route.required.find((name) => request.body[name] === undefined)
  if (missing !== undefined) return invalid(`${missing}: Field required`)
  const extra = sampling.find((name) => request.body[name] !== undefined)
  if (extra === undefined || version < versionWithoutSampling) return undefined
  return invalid(`${extra}: Extra inputs are not permitted`)
}

/** Anthropic's wire. Source: Anthropic's API reference, "Messages", "Streaming messages" and "Errors". */
export const anthropicDialect: Dialect = {
  basePath: "",
  routes,
  errorBodies: anthropicErrorBodies,
  undocumentedError: undocumentedAnthropicError,
  addressed: (entry, requestId) =>
    typeof entry.body === "string" ? entry : { ...entry, body: { ...entry.body, request_id: requestId } },
  refusal,
  headers: (requestId) => ({ "request-id": requestId, "anthropic-organization-id": "org-testkit" }),
  scriptFailed: (text) => ({ type: "error", error: { type: "testkit_error", message: text } }),
}
