import { errorBodies, type ErrorBody, type WireError } from "../errorBodies.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Dialect } from "./Dialect.ts"
import { parseJsonObject } from "./Json.ts"

type Refusal = ErrorBody & { readonly body: { readonly error: WireError } }

const invalid = (status: number, message: string, param: string | null = null): Refusal => ({
  status,
  body: { error: { message, type: "invalid_request_error", param, code: null } },
})

/** `Bearer` as OpenAI and most others send it, `api-key` as Azure does. */
const keyOf = (request: RecordedRequest): string | undefined =>
  request.headers.authorization?.replace(/^Bearer\s+/i, "") ?? request.headers["api-key"]

/** The vendor quotes the key with its middle starred out; a short key would be quoted whole, so it is not quoted. */
const masked = (key: string): string => (key.length < 12 ? "***" : `${key.slice(0, 3)}****${key.slice(-4)}`)

const wrongKey = (request: RecordedRequest): ErrorBody => {
  const key = keyOf(request)
  if (key === undefined) return invalid(401, "You didn't provide an API key.")
  const { message: _, ...error } = { ...invalid(401, "").body.error, code: "invalid_api_key" }
  return {
    status: errorBodies.invalid_api_key.status,
    body: { error: { message: `Incorrect API key provided: ${masked(key)}.`, ...error } },
  }
}

export const openaiRefusal: Dialect["refusal"] = (request, route, apiKey) => {
  if (apiKey !== undefined && keyOf(request) !== apiKey) return wrongKey(request)
  if (!route) return invalid(404, `Invalid URL (${request.method} ${request.path})`)
  if (route.method === "GET") return undefined
  if (!parseJsonObject(request.rawBody)) return invalid(400, "We could not parse the JSON body of your request.")
  const missing = route.required.find((name) => request.body[name] === undefined)
  return missing === undefined ? undefined : invalid(400, `Missing required parameter: '${missing}'.`, missing)
}
