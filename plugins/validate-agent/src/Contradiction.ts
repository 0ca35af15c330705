import type { LlmError, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { askJudge, type Question } from "./internal/askJudge.ts"
import { makeFence } from "./internal/fence.ts"
import { asText, firstOf, isFields } from "./internal/fields.ts"
import { replyForm, rules } from "./internal/instructions.ts"
import { type Fault, faultsOf, issueOf, unknown } from "./internal/issues.ts"
import { answerText, passagesOf } from "./internal/material.ts"
import { makeReader } from "./internal/params.ts"
import type { Session } from "./internal/Session.ts"
import { own } from "./internal/settings.ts"
import type { JudgeKind } from "./JudgeKind.ts"

const Source = Schema.Union([Schema.NonEmptyString, Schema.Struct({ text: Schema.NonEmptyString })])
const fields = {
  ...own,
  /** What the answer must not contradict. Default: the passages that the question came with. */
  sources: Schema.optionalKey(Schema.Union([Source, Schema.Array(Source)])),
  /** Must the sources bear out every claim? Default: "allow" claims that they say nothing of. */
  unsupported: Schema.optionalKey(Schema.Literals(["allow", "fail"])),
  /** Look for contradictions within the answer too. Then it may be judged without sources. Default: false. */
  within: Schema.optionalKey(Schema.Boolean),
}
const Params = Schema.Struct(fields)
const read = makeReader(fields, Params)

interface Findings {
  readonly contradictions: ReadonlyArray<Fault>
  readonly unsupported: ReadonlyArray<Fault>
}

const textOf = (source: typeof Source.Type): string => (typeof source === "string" ? source : source.text)

const sourcesOf = ({ sources }: typeof Params.Type, session: Session): ReadonlyArray<string> => {
  return sources === undefined ? passagesOf(session.request) : [sources].flat().map(textOf)
}

const finding = (item: unknown): Fault | undefined => {
  const [fault] = faultsOf({ issues: [item] })
  if (fault === undefined || !isFields(item)) return fault
  const source = firstOf(item, ["source", "source_index"])
  const words = asText(firstOf(item, ["source_quote", "sourceQuote", "evidence"]))
  const whose = typeof source === "number" ? `source ${source}` : "the source"
  const says = words === undefined ? "" : ` (${whose} says: "${words.slice(0, 300)}")`
  const suggestion =
    fault.suggestion ?? (words === undefined ? undefined : `Say what ${whose} says: "${words.slice(0, 300)}"`)
  return { ...fault, message: `${fault.message}${says}`, ...(suggestion === undefined ? {} : { suggestion }) }
}

const listed = (value: unknown): ReadonlyArray<Fault> | undefined => {
  if (!Array.isArray(value)) return undefined
  const faults = value.map(finding)
  return faults.some((fault) => fault === undefined) ? undefined : faults.flatMap((fault) => fault ?? [])
}

const readFindings =
  (needsUnsupported: boolean) =>
  (reply: Readonly<Record<string, unknown>>): Result.Result<Findings, string> => {
    const contradictions = listed(reply["contradictions"])
    if (contradictions === undefined) return Result.fail(`"contradictions" must be a list of objects, or empty`)
    const unsupported = listed(reply["unsupported"])
    if (unsupported === undefined && needsUnsupported) {
      return Result.fail(`"unsupported" must be a list of objects, or empty`)
    }
    return Result.succeed({ contradictions, unsupported: unsupported ?? [] })
  }

const found =
  `a list, empty if there is none, of objects with "problem" (what does not fit), "quote" (the exact words of the answer), ` +
  `"source" (number of the source, or null), "source_quote" (its exact words, or null) and "suggestion" (how to correct the answer)`

const questionFor = (
  session: Session,
  sources: ReadonlyArray<string>,
  { within, unsupported }: typeof Params.Type,
): Question<Findings> => {
  const answer = answerText(session.response.content)
  const material = [...sources, answer]
  const fence = makeFence(material)
  const { show } = fence
  const strict = unsupported === "fail"
  const form = [
    ["contradictions", found] as const,
    ...(strict ? [["unsupported", "claims that no source bears out, as a list of the same form"] as const] : []),
  ]
  const task = [
    sources.length > 0
      ? "Go through the answer claim by claim. A contradiction is a claim that cannot be true if a source is: other numbers, names, dates, order, a negation. What the sources do not mention is no contradiction."
      : "",
    within === true ? "Claims of the answer that cannot be true together are contradictions too." : "",
  ].filter((line) => line !== "")
  return {
    model: session.settings.model ?? "",
    fence,
    material,
    system: `${rules(fence)}\n${replyForm(fence, form)}`,
    prompt: [
      ...task,
      ...sources.map((text, index) => show({ label: `source ${index + 1}`, text })),
      show({ label: "answer", text: answer }),
    ].join("\n\n"),
    isVerdict: (reply) => reply["contradictions"] !== undefined,
    read: readFindings(strict),
  }
}

const judge = Effect.fnUntraced(function* (session: Session, params: typeof Params.Type) {
  const { validator, response } = session
  const sources = sourcesOf(params, session)
  if (sources.length === 0 && params.within !== true) return unknown(validator, "no sources were given")
  const ruling = yield* askJudge(session, questionFor(session, sources, params))
  if (ruling._tag === "Unknown") return unknown(validator, ruling.why)
  const { contradictions } = ruling.verdict
  const unsupported = params.unsupported === "fail" ? ruling.verdict.unsupported : []
  const answer = answerText(response.content)
  const faults = [
    ...contradictions,
    ...unsupported.map((fault) => ({ ...fault, message: `not in the sources: ${fault.message}` })),
  ]
  const verdict: Verdict = {
    ok: faults.length === 0,
    score: contradictions.length > 0 ? 0 : unsupported.length > 0 ? 0.5 : 1,
    issues: faults.map((fault) => issueOf(validator, fault, answer)),
  }
  return verdict
})

/** Does the answer contradict the sources that it was given? */
export const contradiction: JudgeKind = {
  names: ["contradiction"],
  make: (validator, given) =>
    Effect.map(read(validator, given), ({ params, warnings }) => ({
      own: params,
      warnings,
      needsModel: true,
      judge: (session): Effect.Effect<Verdict, LlmError> => judge(session, params),
    })),
}
