import type { LlmError, LlmRequest, LlmResponse } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { Assessment, Judgement, QualityIssue } from "./Assessment.ts"
import { type Groundedness, groundedness, groundednessWith } from "./Groundedness.ts"
import { confidenceOf } from "./internal/confidence.ts"
import { passagesOf, questionOf } from "./internal/passages.ts"
import { bracketProblems, codeBlocks } from "./internal/signals/code.ts"
import { answered } from "./internal/signals/question.ts"
import { refuses } from "./internal/signals/refusal.ts"
import { freshness } from "./internal/signals/repetition.ts"
import { unsafeIn } from "./internal/signals/safety.ts"
import { type Ask, judge, type JudgeOptions } from "./Judge.ts"

/** Says what is wrong with a block of code; nothing where it is good. `language` is what stands behind the fence. */
export type CheckCode = (code: string, language: string) => ReadonlyArray<string>

/** What answers are compared with. */
export interface AssessOptions {
  /** Default: none, so words decide alone. */
  readonly embedder?: Embedder
  /** Cosine from which a sentence means what a claim does. Default: 0.75. */
  readonly similarity?: number
  /** Default: brackets and fences are counted. */
  readonly checkCode?: CheckCode
  /** Default: no model is asked. */
  readonly judge?: JudgeOptions
  /** Compared with where a question has no passages of its own. */
  readonly knowledge?: ReadonlyArray<string>
}

/** What is known of an answer besides its text. */
export interface Given {
  readonly request?: Pick<LlmRequest, "messages">
  /** Default: the last user message of the request. */
  readonly question?: string
  /** Default: the request's files of plain text. */
  readonly passages?: ReadonlyArray<string>
  readonly finish?: LlmResponse["finish"]
  readonly content?: LlmResponse["content"]
  /** Asks the judge; without it there is none. */
  readonly ask?: Ask
}

interface Told {
  readonly result: Groundedness
  readonly method: Assessment["method"]
}

/** An embedder that fails costs its part and nothing else. */
const ground = (
  answer: string,
  passages: ReadonlyArray<string>,
  { embedder, similarity }: AssessOptions,
): Effect.Effect<Told> => {
  const lexical: Effect.Effect<Told> = Effect.sync(() => ({
    result: groundedness(answer, passages),
    method: "lexical",
  }))
  if (embedder === undefined) return lexical
  return groundednessWith(embedder, answer, passages, similarity).pipe(
    Effect.map((result): Told => ({ result, method: "lexical+embedding" })),
    Effect.catch((error: LlmError) =>
      Effect.andThen(
        Effect.logWarning(`quality: ${embedder.id} could not embed (${error.reason._tag}); words decide alone`),
        lexical,
      ),
    ),
  )
}

const codeIn = (answer: string, checkCode: CheckCode | undefined) => {
  const blocks = codeBlocks(answer)
  const issues = blocks.flatMap(({ code, language, start, end, closed }): ReadonlyArray<QualityIssue> => {
    if (!closed) return [{ kind: "code", message: "the code block is never closed", start, end }]
    const problems = checkCode?.(code, language) ?? bracketProblems({ code, language })
    return problems.map((message) => ({ kind: "code", message, start, end }))
  })
  const faulty = new Set(issues.map(({ start }) => start)).size
  return { score: blocks.length === 0 ? undefined : 1 - faulty / blocks.length, issues }
}

const groundIssues = ({ claims }: Groundedness): ReadonlyArray<QualityIssue> =>
  claims.flatMap(({ label, text, why, start, end }): ReadonlyArray<QualityIssue> => {
    if (label === "supported") return []
    const kind = label === "contradicted" ? "contradicted" : "ungrounded"
    return [{ kind, message: `"${text.slice(0, 200)}": ${why.slice(0, 300)}`, start, end }]
  })

const present = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } => {
  const none: { readonly [P in K]?: V } = {}
  return value === undefined ? none : { ...none, [key]: value }
}

/** All that words alone tell of an answer. */
const signals = (answer: string, question: string | undefined, options: AssessOptions) => {
  const unsafe = unsafeIn(answer)
  const code = codeIn(answer, options.checkCode)
  const repetition = freshness(answer)
  const refusal = refuses(answer)
  const asked = question === undefined ? undefined : answered(question, answer)
  const issues: ReadonlyArray<QualityIssue> = [
    ...(asked !== undefined && asked.relevance < 0.3
      ? [{ kind: "off-topic" as const, message: "it shares next to nothing with the question" }]
      : []),
    ...(asked?.unanswered ?? []).map((part) => ({ kind: "unanswered" as const, message: part.slice(0, 200) })),
    ...unsafe.map((found) => ({ kind: "unsafe" as const, ...found })),
    ...code.issues,
    ...(refusal ? [{ kind: "refusal" as const, message: "it does not answer" }] : []),
    ...(repetition < 0.8 ? [{ kind: "repetition" as const, message: "it says the same again and again" }] : []),
  ]
  return { unsafe, code, repetition, refusal, asked, issues }
}

const empty: Assessment = {
  confidence: 0,
  safety: 1,
  repetition: 1,
  refusal: false,
  method: "lexical",
  issues: [{ kind: "empty", message: "it has no text" }],
}

/** Assesses one answer. Never fails: what cannot be told is left out, and a judge that fails is `unknown`. */
export const assess = Effect.fnUntraced(function* (answer: string, given: Given, options: AssessOptions) {
  if (answer.trim() === "") return empty
  const question = given.question ?? (given.request === undefined ? undefined : questionOf(given.request))
  const own = given.passages ?? (given.request === undefined ? [] : passagesOf(given.request, given.content))
  const passages = own.length > 0 ? own : (options.knowledge ?? [])
  const told = passages.length === 0 ? undefined : yield* ground(answer, passages, options)
  const { unsafe, code, repetition, refusal, asked, issues } = signals(answer, question, options)
  const judgement: Judgement | undefined =
    options.judge === undefined || given.ask === undefined
      ? undefined
      : yield* judge(given.ask, options.judge, question ?? "", answer, passages)
  const truncated = given.finish?.unified === "length"
  const scores = {
    ...present("relevance", asked?.relevance),
    ...present("completeness", asked?.completeness),
    ...present("groundedness", told?.result.claims.length === 0 ? undefined : told?.result.score),
    safety: Math.max(0, 1 - 0.5 * unsafe.length),
    repetition,
    ...present("code", code.score),
    refusal,
    ...present("judge", judgement),
  }
  const claims = told?.result.claims.map(({ text, label, passage, why }) => ({
    text,
    label,
    why,
    ...present("passage", passage),
  }))
  const all = [
    ...issues,
    ...(told === undefined ? [] : groundIssues(told.result)),
    ...(truncated ? [{ kind: "truncated" as const, message: "it was cut at the token limit" }] : []),
    ...(judgement?.verdict === "unknown" ? [{ kind: "judge" as const, message: judgement.reason ?? "unknown" }] : []),
  ]
  const method: Assessment["method"] = told?.method ?? "lexical"
  const result: Assessment = {
    confidence: confidenceOf(scores, truncated),
    ...scores,
    ...present("claims", claims),
    method,
    issues: all,
  }
  return result
})
