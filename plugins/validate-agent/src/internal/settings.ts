import * as Schema from "effect/Schema"

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const above0 = Schema.Finite.check(Schema.isGreaterThan(0))

/** What one validator may set for itself, over the plugin's own. */
export const own = {
  /** The judge, as `"provider/model"` or an alias. */
  model: Schema.optionalKey(Schema.NonEmptyString),
  /** Tokens of one reply of the judge. */
  maxOutputTokens: Schema.optionalKey(count),
  /** ms, for one ask. */
  timeoutMs: Schema.optionalKey(above0),
  /** ms, for one verdict with all of its asks. */
  totalTimeoutMs: Schema.optionalKey(above0),
  /** Sent to the judge where given; models that reason often refuse it. */
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2 }))),
  /** The judge may be the model under test: no warning. */
  allowSelf: Schema.optionalKey(Schema.Boolean),
  /** A verdict counts only with the id of its question. For judges that reliably give it. */
  requireId: Schema.optionalKey(Schema.Boolean),
  /** May the stack's cache answer for the judge? Only verdicts on exactly the same question count. */
  cache: Schema.optionalKey(Schema.Boolean),
  /** UTF-16 units of material in one question. Longer material is not judged. */
  maxChars: Schema.optionalKey(count),
}

/** What holds for all validators of one call together. */
export const budget = {
  /** Asks that one call may make, over all its attempts and judges. */
  maxAsks: Schema.optionalKey(count),
  /** Tokens, in and out, that judges may use in one call. No further ask begins once it is reached. */
  maxTokens: Schema.optionalKey(count),
  /** US dollars, likewise, where the provider's prices are known. */
  maxUsd: Schema.optionalKey(above0),
  /** Asks at once. */
  concurrency: Schema.optionalKey(count),
}

const Options = Schema.Struct({ ...own, ...budget })
export type Given = typeof Options.Type

/** The settings that hold for one validator. */
export interface Settings {
  readonly model: string | undefined
  readonly maxOutputTokens: number
  readonly timeoutMs: number
  readonly totalTimeoutMs: number
  readonly temperature: number | undefined
  readonly allowSelf: boolean
  readonly requireId: boolean
  readonly cache: boolean
  readonly maxChars: number
  readonly maxAsks: number
  readonly maxTokens: number
  readonly maxUsd: number
  readonly concurrency: number
}

/** The validator's own settings over the plugin's over the defaults. */
export const settingsOf = (plugin: Given, validator: Given = {}): Settings => {
  const given = { ...plugin, ...validator }
  return {
    model: given.model,
    maxOutputTokens: given.maxOutputTokens ?? 2000,
    timeoutMs: given.timeoutMs ?? 60_000,
    totalTimeoutMs: given.totalTimeoutMs ?? 180_000,
    temperature: given.temperature,
    allowSelf: given.allowSelf ?? false,
    requireId: given.requireId ?? false,
    cache: given.cache ?? false,
    maxChars: given.maxChars ?? 200_000,
    maxAsks: plugin.maxAsks ?? 20,
    maxTokens: plugin.maxTokens ?? Infinity,
    maxUsd: plugin.maxUsd ?? Infinity,
    concurrency: plugin.concurrency ?? 4,
  }
}
