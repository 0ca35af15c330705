import { Part } from "@switchyard/core"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const isPart = Schema.is(Part)

const text = (value: string): ReadonlyArray<Part> => (value === "" ? [] : [{ type: "text", text: value }])

const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** Where the vendors' objects keep what was said, outermost first. */
const places = ["choices", "candidates", "message", "content", "parts", "output", "output_text", "text"]

const asJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return "[a value that is no JSON]"
  }
}

const at = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)

/** A tool call in a vendor's words: OpenAI's two, Anthropic's, Google's. */
const toolCall = (value: object): Part | undefined => {
  const called = at(value, "function") ?? at(value, "functionCall") ?? value
  const name = string(at(called, "name"))
  const input = at(called, "arguments") ?? at(called, "input") ?? at(called, "args")
  if (name === undefined || input === undefined) return undefined
  const id = string(at(value, "call_id") ?? at(value, "id")) ?? name
  return { type: "tool-call", id, name, inputText: string(input) ?? asJson(input) }
}

/**
 * What an answer says, whatever its form: our parts as they are, a string, a list of either, or a vendor's own object
 * (chat choices, content blocks, candidates, tool calls). What is none of these is kept as JSON: nothing is lost.
 */
export const readAnswer = (value: unknown, depth = 0): ReadonlyArray<Part> => {
  if (typeof value === "string") return text(value)
  if (value === undefined || value === null) return []
  if (isPart(value)) return [value]
  if (Array.isArray(value)) return value.flatMap((item) => readAnswer(item, depth + 1))
  if (typeof value !== "object" || depth > 16) return text(asJson(value))
  const call = toolCall(value)
  if (call !== undefined) return [call]
  const calls = readAnswer(at(value, "tool_calls"), depth + 1)
  const found = places.map((place) => [place, at(value, place)] as const).find(([, inner]) => inner != null)
  if (found === undefined) return calls.length > 0 ? calls : text(asJson(value))
  const [place, inner] = found
  // Of several choices the first is the answer.
  const first = (place === "choices" || place === "candidates") && Array.isArray(inner) ? inner[0] : inner
  return [...readAnswer(first, depth + 1), ...calls]
}
