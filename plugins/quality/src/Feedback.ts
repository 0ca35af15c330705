import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { LeastRecent } from "./internal/LeastRecent.ts"
import { wordLikeness } from "./internal/wordDistance.ts"

/*
 * For the plugin: `remember` in the join point `response`, under an id that the caller finds in the answer.
 */

/** An answer that feedback may come for. */
export interface RememberedAnswer {
  readonly id: string
  /** "provider/model". */
  readonly model: string
  /** Kept to compare a correction with, cut to 8,000 UTF-16 units. */
  readonly answer?: string
  readonly tenant?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly atMs: number
}

/** What a person says of an answer. At least one of the first three. */
export interface FeedbackInput {
  readonly thumbs?: "up" | "down"
  /** 0 to 1. */
  readonly score?: number
  /** What the answer should have been. */
  readonly correction?: string
  readonly comment?: string
}

/** Feedback that came, in the form that a router learns from. */
export interface Outcome {
  readonly id: string
  readonly model: string
  readonly tenant: string | undefined
  readonly tags: Readonly<Record<string, string>>
  /** 0 (worst) to 1 (best). */
  readonly reward: number
  /** The reward that this one replaces, where the answer had feedback before. */
  readonly replaces: number | undefined
  readonly feedback: FeedbackInput
  /** When the answer was given and when the feedback was, in ms since 1970. */
  readonly answeredAtMs: number
  readonly atMs: number
}

export interface FeedbackStatistics {
  readonly model: string
  /** Answers with feedback; each counts once, by its latest. */
  readonly answers: number
  readonly up: number
  readonly down: number
  readonly corrected: number
  readonly meanReward: number
}

/** An answer and what a person made of it: material for tests and examples. */
export interface Correction {
  readonly id: string
  readonly model: string
  readonly answer: string | undefined
  readonly correction: string
  readonly atMs: number
}

export interface FeedbackOptions {
  /** Answers that feedback can still come for; the oldest go. Default: 2,000. */
  readonly maxAnswers?: number
  /** Corrections kept. Default: 500. */
  readonly maxCorrections?: number
  /** Models that are counted. Default: 200. */
  readonly maxModels?: number
}

export interface Feedback {
  readonly remember: (answer: RememberedAnswer) => void
  /** Fails with `InvalidRequest`: an unknown or forgotten id, nothing said, a score out of range. */
  readonly give: (id: string, input: FeedbackInput, tenant?: string) => Effect.Effect<Outcome, LlmError>
  /** Is told every outcome, until the scope closes. A listener that fails is left alone, with a warning in the log. */
  readonly subscribe: (listener: (outcome: Outcome) => Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
  readonly statistics: () => ReadonlyArray<FeedbackStatistics>
  /** The latest last. */
  readonly corrections: () => ReadonlyArray<Correction>
}

interface Kept {
  readonly answer: RememberedAnswer
  given: { readonly input: FeedbackInput; readonly reward: number } | undefined
}

interface Tally {
  answers: number
  up: number
  down: number
  corrected: number
  rewards: number
}

const maxText = 8000

const refused = (field: string, what: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${what}` })

const fault = ({ thumbs, score, correction }: FeedbackInput): LlmError | undefined => {
  if (thumbs === undefined && score === undefined && correction === undefined) {
    return refused("feedback", "must have thumbs, a score or a correction")
  }
  if (thumbs !== undefined && thumbs !== "up" && thumbs !== "down") return refused("thumbs", `must be "up" or "down"`)
  if (score !== undefined && !(score >= 0 && score <= 1)) return refused("score", "must be a number from 0 to 1")
  return undefined
}

/**
 * Feedback as a reward: the score where there is one, else 1 or 0 for thumbs, else how much of the answer the correction
 * keeps, word by word. A correction beside thumbs up does not lower it.
 */
export const rewardOf = ({ thumbs, score, correction }: FeedbackInput, answer: string | undefined): number => {
  if (score !== undefined) return score
  if (thumbs !== undefined) return thumbs === "up" ? 1 : 0
  return correction === undefined || answer === undefined ? 0 : wordLikeness(answer, correction)
}

const count = (tally: Tally, { input, reward }: NonNullable<Kept["given"]>, by: 1 | -1): void => {
  tally.answers += by
  tally.rewards += by * reward
  if (input.thumbs === "up") tally.up += by
  if (input.thumbs === "down") tally.down += by
  if (input.correction !== undefined) tally.corrected += by
}

const bounded = (input: FeedbackInput): FeedbackInput => ({
  ...input,
  ...(input.correction === undefined ? {} : { correction: input.correction.slice(0, maxText) }),
  ...(input.comment === undefined ? {} : { comment: input.comment.slice(0, maxText) }),
})

/** What people say of answers, in bounded memory. Several nodes each know the answers that they gave. */
export const makeFeedback = (options: FeedbackOptions = {}): Feedback => {
  const { maxAnswers = 2000, maxCorrections = 500, maxModels = 200 } = options
  const answers = new LeastRecent<Kept>(maxAnswers)
  const tallies = new LeastRecent<Tally>(maxModels)
  const corrections = new LeastRecent<Correction>(maxCorrections)
  const listeners = new Set<(outcome: Outcome) => Effect.Effect<void>>()
  const settle = (kept: Kept, given: FeedbackInput, atMs: number): Outcome => {
    const { id, model, answer, tenant, tags = {}, atMs: answeredAtMs } = kept.answer
    const input = bounded(given)
    const reward = rewardOf(input, answer)
    const replaces = kept.given?.reward
    const tally = tallies.getOr(model, () => ({ answers: 0, up: 0, down: 0, corrected: 0, rewards: 0 }))
    // A tally that was forgotten since knows nothing of what is replaced.
    if (kept.given !== undefined && tally.answers > 0) count(tally, kept.given, -1)
    kept.given = { input, reward }
    count(tally, kept.given, 1)
    const { correction } = input
    if (correction !== undefined) corrections.set(id, { id, model, answer, correction, atMs })
    return { id, model, tenant, tags, reward, replaces, feedback: input, answeredAtMs, atMs }
  }
  const tell = (outcome: Outcome) =>
    Effect.forEach(
      [...listeners],
      (listener) =>
        Effect.catchCause(
          Effect.suspend(() => listener(outcome)),
          (cause) => Effect.logWarning("a listener to feedback failed", cause),
        ),
      { discard: true },
    )
  return {
    remember: (answer) => {
      const text = answer.answer?.slice(0, maxText)
      answers.set(answer.id, {
        answer: { ...answer, ...(text === undefined ? {} : { answer: text }) },
        given: undefined,
      })
    },
    give: Effect.fnUntraced(function* (id, input, tenant) {
      const wrong = fault(input)
      if (wrong !== undefined) return yield* wrong
      const kept = answers.peek(id)
      // One tenant cannot learn whether another's answer exists.
      if (kept === undefined || (tenant !== undefined && kept.answer.tenant !== tenant)) {
        return yield* refused("id", `"${id.slice(0, 100)}" is no answer that this process remembers`)
      }
      const outcome = settle(kept, input, yield* Effect.clockWith((clock) => clock.currentTimeMillis))
      yield* tell(outcome)
      return outcome
    }),
    subscribe: (listener) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => {
            const own = (outcome: Outcome) => listener(outcome)
            listeners.add(own)
            return own
          }),
          (own) => Effect.sync(() => void listeners.delete(own)),
        ),
      ),
    statistics: () =>
      tallies.entries().map(([model, { rewards, ...tally }]) => ({
        model,
        ...tally,
        meanReward: tally.answers === 0 ? 0 : rewards / tally.answers,
      })),
    corrections: () => corrections.values(),
  }
}
