import {
  type CallContext,
  LlmError,
  type LlmRequest,
  type ProviderResponse,
  type Validator,
  type Verdict,
} from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Member } from "../Member.ts"

/** What a member said. */
export interface Judgement {
  readonly member: Member
  readonly verdict: Verdict
}

/** What a validator is given. */
export type Question = readonly [response: ProviderResponse, request: LlmRequest, context: CallContext]

/** A verdict of one member within its time. What throws, dies or gives no verdict is a failed plugin and never a passed answer. */
export const judge = (member: Member, question: Question): Effect.Effect<Judgement, LlmError> => {
  const verdict = Effect.map(asked(member, question), (verdict): Judgement => ({ member, verdict }))
  const { timeoutMs } = member
  return timeoutMs === undefined
    ? verdict
    : Effect.timeoutOrElse(verdict, { duration: timeoutMs, orElse: () => late(member, timeoutMs) })
}

const asked = ({ name, validator }: Member, [response, request, context]: Question): Effect.Effect<Verdict, LlmError> =>
  Effect.suspend(() => {
    const verdict: unknown = validator.validate(response, request, context)
    return isVerdictEffect(verdict) ? verdict : Effect.die(new TypeError("it returned no Effect"))
  }).pipe(
    Effect.filterOrElse(isVerdict, () =>
      Effect.die(new TypeError("it gave no verdict { ok, score, issues } with a score of 0 to 1")),
    ),
    Effect.catchCause((cause) => Effect.failCause(blamed(name, cause))),
  )

// What it gives is looked at when it is there.
const isVerdictEffect = (value: unknown): value is ReturnType<Validator["validate"]> => Effect.isEffect(value)

const isVerdict = (value: unknown): value is Verdict =>
  typeof value === "object" &&
  value !== null &&
  "ok" in value &&
  typeof value.ok === "boolean" &&
  "score" in value &&
  typeof value.score === "number" &&
  value.score >= 0 &&
  value.score <= 1 &&
  "issues" in value &&
  Array.isArray(value.issues)

const blamed = (name: string, cause: Cause.Cause<LlmError>): Cause.Cause<LlmError> => {
  const died = cause.reasons.find((reason) => reason._tag === "Die")
  return died === undefined ? cause : Cause.fail(failedPlugin(name, `died: ${said(died.defect)}`))
}

const said = (defect: unknown): string =>
  defect instanceof Error ? `${defect.name}: ${defect.message}` : typeof defect === "string" ? defect : typeof defect

const failedPlugin = (name: string, what: string): LlmError =>
  LlmError.make({ _tag: "PluginFailure", plugin: name, defect: what, message: `the validator "${name}" ${what}` })

const late = (member: Member, ms: number): Effect.Effect<Judgement, LlmError> => {
  const message = `gave no verdict within ${ms} ms`
  if (member.onTimeout === "fail") return Effect.fail(failedPlugin(member.name, message))
  const issue = { validator: member.name, message: `the validator "${member.name}" ${message}` }
  return Effect.succeed({ member, verdict: { ok: false, undecided: true, score: 0, issues: [issue] } })
}
