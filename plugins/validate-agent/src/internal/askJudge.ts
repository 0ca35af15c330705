import type { JsonObject, LlmRequestInput, LlmResponse, MessageInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ask } from "./ask.ts"
import { type Protocol, readReply } from "./readReply.ts"
import type { Session } from "./Session.ts"

/** One question to a judge. */
export interface Question<A> extends Protocol<A> {
  readonly model: string
  readonly system: string
  readonly prompt: string
  /** The form of the reply, for providers that can hold a model to it. */
  readonly schema?: JsonObject
  readonly mcp?: JsonObject
  /** Sees each reply, for warnings. */
  readonly onReply?: (response: LlmResponse) => void
}

/** The judge's verdict, or why there is none. */
export type Ruling<A> =
  | { readonly _tag: "Ruled"; readonly verdict: A }
  | { readonly _tag: "Unknown"; readonly why: string }

const unknown = (why: string): Ruling<never> => ({ _tag: "Unknown", why })

const requestOf = <A>(
  { settings, context }: Session,
  { model, system, prompt, schema, mcp, fence }: Question<A>,
  correction: string | undefined,
): LlmRequestInput => {
  const again =
    correction === undefined
      ? ""
      : `\n\nYou were asked this before and your reply could not be used: ${correction}. Reply with the JSON object alone, with "id": "${fence.id}" in it.`
  const messages: ReadonlyArray<MessageInput> = [
    { role: "system", content: system },
    { role: "user", content: `${prompt}${again}` },
  ]
  return {
    model,
    messages,
    maxOutputTokens: settings.maxOutputTokens,
    ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
    ...(schema === undefined ? {} : { output: { type: "json" as const, schema, name: "verdict" } }),
    ...(mcp === undefined ? {} : { providerData: { mcp } }),
    tags: { ...context.tags, purpose: "judge" },
    // A cache that finds similar questions would give the verdict on another answer.
    policy: settings.cache ? {} : { cache: { mode: "off" as const } },
  }
}

/** Asks the judge, once more if it answers nonsense, and then takes its verdict to be unknown. */
export const askJudge = Effect.fnUntraced(function* <A>(session: Session, question: Question<A>) {
  const { maxChars } = session.settings
  const chars = question.material.reduce((sum, { length }) => sum + length, 0)
  if (chars > maxChars) return unknown(`${chars} characters are to be judged, and maxChars is ${maxChars}`)
  let why = ""
  for (const correction of [false, true]) {
    const asked = yield* ask(session, requestOf(session, question, correction ? why : undefined))
    if (asked._tag === "Silent") {
      if (!asked.again) return unknown(asked.why)
      why = asked.why
      continue
    }
    question.onReply?.(asked.response)
    const read = readReply(asked.response, question, session.settings.requireId)
    if (Result.isSuccess(read)) return { _tag: "Ruled", verdict: read.success } satisfies Ruling<A> as Ruling<A>
    why = read.failure
  }
  return unknown(`asked twice: ${why}`)
})
