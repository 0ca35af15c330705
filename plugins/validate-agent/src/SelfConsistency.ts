import type { LlmError, LlmRequestInput, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ask } from "./internal/ask.ts"
import { issueOf, unknown } from "./internal/issues.ts"
import { majorityOf } from "./internal/majority.ts"
import { answerText } from "./internal/material.ts"
import { makeReader } from "./internal/params.ts"
import { answerKey, Compare } from "./internal/sameAnswer.ts"
import { type Session, warn } from "./internal/Session.ts"
import { own } from "./internal/settings.ts"
import type { JudgeKind } from "./JudgeKind.ts"

const fields = {
  ...own,
  /** How often the question is asked again, 2 to 20. Default: 5. */
  samples: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 20 }))),
  /** The least share of the samples that must say the same, 0..1. Default: 0.5. */
  minAgreement: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** By what answers are the same. Default: "auto". */
  compare: Schema.optionalKey(Compare),
  /** Compare this field of JSON answers alone, by its path. */
  field: Schema.optionalKey(Schema.NonEmptyString),
}
const Params = Schema.Struct(fields)
const read = makeReader(fields, Params)

/** The model under test by a name that the stack can route: a validator sees it without its provider. */
const modelOf = ({ account, context }: Session, named: string | undefined): string | undefined => {
  const { model } = account.request
  // Not the plugin's own judge: it would answer for itself.
  if (named !== undefined) return named
  if (context.providers.get(model.split("/")[0] ?? "") !== undefined) return model
  const serving = context.providers.all.filter(
    ({ provider }) => provider.models.includes(model) || provider.describe(model) !== undefined,
  )
  const [only] = serving.length > 0 ? serving : context.providers.all
  const certain = serving.length === 1 || (serving.length === 0 && context.providers.all.length === 1)
  return certain && only !== undefined ? `${only.provider.id}/${model}` : undefined
}

/** The question as it first came, without what the judges of the answer asked for. */
const sampleRequest = (session: Session, model: string, { maxOutputTokens }: typeof Params.Type): LlmRequestInput => {
  const { policy: _, ...request } = session.account.request
  const { temperature } = session.settings
  return {
    ...request,
    model,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    tags: { ...session.context.tags, purpose: "sample" },
    policy: { cache: { mode: "off" } },
  }
}

/** What each sample says; those that nobody gave or that say nothing are left out. Taken once per call. */
const sample = Effect.fnUntraced(function* (session: Session, model: string, params: typeof Params.Type) {
  const { samples = 5, compare = "auto", field } = params
  const kept = session.account.samples.get(params)
  if (kept !== undefined) return kept
  const request = sampleRequest(session, model, params)
  if (request.temperature === 0) warn(session, "at temperature 0 the samples are not independent")
  const asked = yield* Effect.replicateEffect(ask(session, request, false), samples, {
    concurrency: session.settings.concurrency,
  })
  const keys = asked.flatMap((one) => {
    const said = one._tag === "Reply" ? answerText(one.response.content) : ""
    const key = said.length > session.settings.maxChars ? undefined : answerKey(said, compare, field)
    return key === undefined ? [] : [key]
  })
  session.account.samples.set(params, keys)
  return keys
})

const judge = Effect.fnUntraced(function* (session: Session, params: typeof Params.Type) {
  const { validator, response } = session
  const { samples = 5, minAgreement = 0.5, compare = "auto", field } = params
  const model = modelOf(session, params.model)
  if (model === undefined) return unknown(validator, "several providers could be the model's: name it in params.model")
  const keys = yield* sample(session, model, params)
  if (keys.length * 2 <= samples) return unknown(validator, `only ${keys.length} of ${samples} samples could be used`)
  const majority = majorityOf(keys)
  const percent = `${Math.round(majority.share * 100)}%`
  if (majority._tag === "Tie") return unknown(validator, `the samples tie, at ${percent} each`)
  if (majority.share < minAgreement) return unknown(validator, `the samples agree to ${percent} only`)
  const answer = answerText(response.content)
  const key = answerKey(answer, compare, field)
  const score = keys.filter((other) => other === key).length / keys.length
  if (key === majority.key) return { ok: true, score, issues: [] } satisfies Verdict as Verdict
  const said = majority.key.replace(/^(json|text|number) /, "").slice(0, 300)
  const fault = {
    message: `${percent} of ${keys.length} samples of the same question say something else: ${said}`,
    suggestion: "Work it out again step by step, and check the result before you give it.",
  }
  return { ok: false, score, issues: [issueOf(validator, fault, answer)] } satisfies Verdict as Verdict
})

/** Asks the same question again and takes what most of the samples say (Wang et al. 2022, arXiv:2203.11171). */
export const selfConsistency: JudgeKind = {
  names: ["self_consistency"],
  make: (validator, given) =>
    Effect.map(read(validator, given), ({ params, warnings }) => ({
      own: params,
      warnings,
      needsModel: false,
      judge: (session): Effect.Effect<Verdict, LlmError> => judge(session, params),
    })),
}
