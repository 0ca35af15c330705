import { LlmError } from "@switchyard/core"
import { isWire, type Wire } from "./Wire.ts"

/** The JSON object of an answer; anything else is an `InvalidResponse` that says what came instead. */
export const readJson = async (response: Response): Promise<Wire> => {
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw notJson(response, text)
  }
  if (isWire(body)) return body
  throw notJson(response, text)
}

const notJson = (response: Response, text: string): LlmError => {
  const type = response.headers.get("content-type") ?? "no content type"
  const html = /<html|<!doctype/i.test(text)
  const what = text === "" ? "an empty body" : html ? "a page of HTML" : `something that is not JSON (${type})`
  return LlmError.make({
    _tag: "InvalidResponse",
    message: `the server answered ${response.status} with ${what}`,
    http: { status: response.status },
  })
}

/** A server that does not stream answers with JSON, or with a page of HTML: told before it is read as a stream without events. */
export const isStream = (response: Response): boolean =>
  !/text\/html|application\/json/.test(response.headers.get("content-type") ?? "")
