import { type LlmError, type LlmRequestInput, type LlmResponse, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Asks a model: `kernel.generate`, or the `ask` of a call. */
export type Ask = (request: LlmRequestInput) => Effect.Effect<LlmResponse, LlmError>

/** What is quoted cannot close its tag. */
export const tagged = (tag: string, text: string): string => `<${tag}>\n${text.replaceAll("</", "<\u200b/")}\n</${tag}>`

/** How much of a reply is looked at, in UTF-16 units, and how many objects in it. */
const [longest, mostObjects] = [50_000, 50]

/** The first JSON object in a reply that fits, whatever a model says around it: a sentence, a fence. */
export const firstFitting = <A>(reply: string, decode: (value: unknown) => Option.Option<A>): Option.Option<A> => {
  const text = reply.slice(0, longest)
  let from = text.indexOf("{")
  for (let tries = 0; from >= 0 && tries < mostObjects; tries++) {
    const fitting = Option.flatMap(parsed(text.slice(from, endOf(text, from))), decode)
    if (Option.isSome(fitting)) return fitting
    from = text.indexOf("{", from + 1)
  }
  return Option.none()
}

const parsed = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** Where the object that begins at `from` ends; braces in strings do not count. */
const endOf = (text: string, from: number): number => {
  let [depth, quoted] = [0, false]
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (quoted && sign === "\\") at++
    else if (sign === '"') quoted = !quoted
    else if (!quoted && sign === "{") depth++
    else if (!quoted && sign === "}" && --depth === 0) return at + 1
  }
  return text.length
}

export interface Asked {
  readonly model: string
  readonly system: string
  readonly prompt: string
  readonly timeoutMs: number
  readonly maxOutputTokens: number
}

/** The text of the answer. The whole call has `timeoutMs`, with what its own retries take. */
export const askModel = (ask: Ask, { timeoutMs, ...request }: Asked): Effect.Effect<string, LlmError> =>
  Effect.map(
    // Nobody waits longer, whatever the kernel does with its deadline.
    ask({
      ...request,
      temperature: 0,
      policy: { deadline: timeoutMs },
      tags: { purpose: "retrieval", retrieval: "off" },
    }),
    ({ content }) => textOf(content),
  )
