// For index.ts: Calibration, Countable, Counted, makeTokenCounter, TextCount, TokenCounterOptions, UsageTokenCounter
import type { LlmError, TokenCount, TokenCounter } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { LRUCache } from "lru-cache"
import { type Calibration, Calibrations } from "./internal/tokens/Calibrations.ts"
import { addRaw, afterCut, countText, estimateText, type Raw } from "./internal/tokens/countText.ts"
import { type Count, loadVocabulary } from "./internal/tokens/encodings.ts"
import { type Countable, frameOf } from "./internal/tokens/frame.ts"
import { pieceLength, piecesOf } from "./internal/tokens/pieces.ts"
import { isLoaded, load, makePlan, type Plan } from "./internal/tokens/plan.ts"
import { loadTokenizer } from "./internal/tokens/userTokenizer.ts"

export type { Calibration } from "./internal/tokens/Calibrations.ts"
export type { Countable } from "./internal/tokens/frame.ts"

const Encoding = Schema.Literals(["o200k_base", "cl100k_base", "p50k_base", "r50k_base"])

/** How tokens are counted. Model names are as calls write them, or the vendor's. */
export const TokenCounterOptions = Schema.Struct({
  /** Encodings to load while the stack is built. Default: none; each is then loaded when a count first needs it. */
  preload: Schema.optionalKey(Schema.Array(Encoding)),
  /** Models that use one of OpenAI's encodings, such as a deployment on Azure. */
  encodings: Schema.optionalKey(Schema.Record(Schema.String, Encoding)),
  /** Models with a `tokenizer.json` of their own: its path. Needs `@huggingface/tokenizers`. */
  tokenizers: Schema.optionalKey(Schema.Record(Schema.String, Schema.NonEmptyString)),
  /** Correct estimates by the usage that responses report. Default: true. */
  calibrate: Schema.optionalKey(Schema.Boolean),
})
export interface TokenCounterOptions extends Schema.Schema.Type<typeof TokenCounterOptions> {}

/** How a text was counted. */
export interface TextCount extends TokenCount {
  /** Relative error that 9 of 10 texts are expected to stay within; 0 when exact. A judgement until reported usage has corrected it. */
  readonly error: number
  /** `"o200k_base"` and the like, `"tokenizer.json"`, `"claude x 1.1"`, or `"estimate"`. */
  readonly method: string
  /** Before correction by reported usage: what `calibrate` takes. */
  readonly uncalibrated: number
}

/** A count of anything, with what it is made of. */
export interface Counted extends TextCount {
  readonly parts: {
    /** Prompts, messages, tool calls and results. */
    readonly text: number
    /** What stands around messages. */
    readonly overhead: number
    readonly tools: number
    readonly images: number
  }
  /** Media types of files for whose tokens no rule is known: they are not in the count. */
  readonly uncounted: ReadonlyArray<string>
}

export interface UsageTokenCounter extends TokenCounter {
  /**
   * Counts a text at once. Until the model's encoding is loaded it answers an estimate and loads the encoding; a text of
   * more than 4 million characters is always estimated here, so that nothing is blocked for longer than about 0.4 s.
   */
  readonly count: (text: string, model: string) => TextCount
  /** Counts anything, with the model's encoding loaded first; other fibers run between pieces of a long text. */
  readonly countTokens: (what: Countable, model: string) => Effect.Effect<Counted>
  /** Loads what the model's texts are counted with. */
  readonly load: (model: string) => Effect.Effect<void>
  /** Tells how many tokens a vendor reported for what was counted (`uncalibrated`). Counts that are exact are not changed. */
  readonly calibrate: (model: string, counts: { readonly uncalibrated: number; readonly reported: number }) => void
  readonly calibration: () => ReadonlyArray<Calibration>
}

/** In UTF-16 units. */
const longestAtOnce = 4_000_000

/** Counts of texts that come again and again, such as system prompts: so many characters are remembered. */
const remembered = { characters: 4_000_000, shortest: 200 }

/** Pieces above so many units let other fibers run after them. */
const yieldFrom = 65_536

/** Of what stands around texts where that is not public: messages, tools, images. */
const frameError = 0.05

const lowered = <T>(record: Readonly<Record<string, T>> = {}): ReadonlyMap<string, T> =>
  new Map(Object.entries(record).map(([model, value]) => [model.toLowerCase(), value]))

/** Makes a counter. Fails with `InvalidRequest` and the field when a user's `tokenizer.json` cannot be used. */
export const makeTokenCounter = Effect.fnUntraced(function* (
  options: TokenCounterOptions = {},
): Effect.fn.Return<UsageTokenCounter, LlmError> {
  const tokenizers = new Map<string, Count>()
  for (const [model, path] of Object.entries(options.tokenizers ?? {})) {
    tokenizers.set(model.toLowerCase(), yield* loadTokenizer(model, path))
  }
  for (const name of options.preload ?? []) yield* load(name)
  const given = { tokenizers, encodings: lowered(options.encodings) }
  const plans = new LRUCache<string, Plan>({ max: 1000 })
  const planOf = (id: string): Plan => {
    const plan = plans.get(id) ?? makePlan(id, given)
    plans.set(id, plan)
    return plan
  }
  return counterOf(planOf, options.calibrate === false ? undefined : new Calibrations())
})

/** Texts that were counted before are looked up; an estimate is not kept, a better count follows it. */
const rememberingCount = (): ((plan: Plan, text: string) => Raw) => {
  const memory = new LRUCache<string, Raw>({ maxSize: remembered.characters, sizeCalculation: (_, key) => key.length })
  return (plan, text) => {
    if (text.length < remembered.shortest || text.length > pieceLength) return countText(plan, text)
    const key = `${plan.model.path}\n${text}`
    const known = memory.get(key)
    if (known !== undefined) return known
    const counted = countText(plan, text)
    if (counted.method !== "estimate") memory.set(key, counted)
    return counted
  }
}

const corrected = ({ error, exact, method, tokens }: Raw, calibration: Calibration | undefined): TextCount => {
  if (exact || calibration === undefined) return { tokens, exact, error, method, uncalibrated: tokens }
  const { error: seen, ratio } = calibration
  return {
    tokens: Math.ceil(tokens * ratio),
    exact,
    error: seen,
    method: `${method}, calibrated`,
    uncalibrated: tokens,
  }
}

const counterOf = (planOf: (model: string) => Plan, calibrations: Calibrations | undefined): UsageTokenCounter => {
  const countShort = rememberingCount()

  const countAtOnce = (plan: Plan, text: string): Raw => {
    if (text.length > longestAtOnce) return estimateText(plan, text)
    let sum = countShort(plan, "")
    for (const piece of piecesOf(text)) sum = addRaw(sum, afterCut(countShort(plan, piece.text), piece.exact))
    return sum
  }

  const countAll = Effect.fnUntraced(function* (plan: Plan, texts: ReadonlyArray<string>) {
    let sum = countShort(plan, "")
    for (const text of texts) {
      for (const piece of piecesOf(text)) {
        sum = addRaw(sum, afterCut(countShort(plan, piece.text), piece.exact))
        if (piece.text.length > yieldFrom) yield* Effect.yieldNow
      }
    }
    return sum
  })

  return {
    count: (text, model) => {
      const plan = planOf(model)
      if (!isLoaded(plan)) loadVocabulary(plan.vocabulary).catch(() => undefined)
      return corrected(countAtOnce(plan, text), calibrations?.of(plan.model.name))
    },
    countTokens: Effect.fnUntraced(function* (what, model) {
      const plan = planOf(model)
      if (!isLoaded(plan)) yield* load(plan.vocabulary)
      const frame = frameOf(plan.model, what, (text) => countShort(plan, text).tokens)
      const text = yield* countAll(plan, frame.contents.texts)
      const { images, overhead, tools, uncounted } = frame
      const exact = text.exact && frame.exact
      const error = exact || frame.exact ? text.error : Math.max(text.error, frameError)
      const whole = { ...text, tokens: text.tokens + overhead + tools + images, exact, error }
      const counted = corrected(whole, calibrations?.of(plan.model.name))
      return { ...counted, parts: { text: text.tokens, overhead, tools, images }, uncounted }
    }),
    load: (model) => {
      const plan = planOf(model)
      return isLoaded(plan) ? Effect.void : load(plan.vocabulary)
    },
    calibrate: (model, { reported, uncalibrated }) =>
      calibrations?.learn(planOf(model).model.name, uncalibrated, reported),
    calibration: () => calibrations?.all() ?? [],
  }
}
