import { LlmError, type LlmRequestInput, type LlmResponse, type ReasonTag } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Session, warn } from "./Session.ts"

/** What came of an ask: a reply, or why there is none. */
export type Asked =
  | { readonly _tag: "Reply"; readonly response: LlmResponse }
  | { readonly _tag: "Silent"; readonly why: string; readonly again: boolean }

const silent = (why: string, again = false): Asked => ({ _tag: "Silent", why, again })

/** The set-up is wrong: no other answer of the model under test would help. */
const setUp: ReadonlySet<ReasonTag> = new Set([
  "InvalidRequest",
  "ModelNotFound",
  "NoRoute",
  "Unauthorized",
  "Forbidden",
  "PluginIncompatible",
])

/** Of these the judge itself is the cause, so that asking once more may help. */
const nonsense: ReadonlySet<ReasonTag> = new Set(["EmptyResponse", "Truncated"])

const failed = (validator: string, judge: string, error: LlmError): Effect.Effect<Asked, LlmError> => {
  const { reason } = error
  if (!setUp.has(reason._tag)) {
    return Effect.succeed(silent(`${reason._tag}: ${reason.message}`, nonsense.has(reason._tag)))
  }
  const message = `the validator "${validator}" cannot ask ${judge}: ${reason.message}`
  return Effect.fail(LlmError.make({ ...reason, message, recovery: "none" }, error.context))
}

const sameModel = (name: string, model: string): boolean =>
  name === model || name.slice(name.indexOf("/") + 1) === model

const warnOfSelf = (session: Session, judge: string, answered: string): void => {
  const { settings, response, request } = session
  if (settings.allowSelf) return
  if (answered !== response.model && !sameModel(judge, request.model)) return
  warn(session, `the judge ${judge} is the model under test: name another one, or set allowSelf`)
}

/**
 * Asks within the call, inside the budget and the time of one ask. A failure that another try of the whole call could
 * mend gives `Silent`; a wrong set-up fails.
 */
export const ask = Effect.fnUntraced(function* (session: Session, request: LlmRequestInput, isJudge = true) {
  const { account, context, settings, validator } = session
  const spent = account.take(settings)
  if (spent !== undefined) return silent(spent)
  const asking = Effect.map(context.ask(request), (response): Asked => ({ _tag: "Reply", response }))
  const asked = yield* asking.pipe(
    Effect.catchTag("LlmError", (error) => failed(validator, request.model, error)),
    Effect.timeoutOption(settings.timeoutMs),
  )
  if (Option.isNone(asked)) return silent(`${request.model} did not answer within ${settings.timeoutMs} ms`)
  if (asked.value._tag === "Reply") {
    account.used(asked.value.response.usage)
    if (isJudge) warnOfSelf(session, request.model, asked.value.response.model)
  }
  return asked.value
})
