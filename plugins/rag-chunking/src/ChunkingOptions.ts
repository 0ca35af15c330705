import { hint, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** How a text is cut. */
export const algorithms = [
  "characters",
  "sentences",
  "paragraphs",
  "sliding",
  "recursive",
  "structure",
  "semantic",
] as const
export type Algorithm = (typeof algorithms)[number]

export const units = ["chars", "tokens"] as const
export type Unit = (typeof units)[number]

export const breakpointRules = ["percentile", "standard-deviation", "interquartile", "gradient"] as const
export type BreakpointRule = (typeof breakpointRules)[number]

/** One of these names; another one is refused with the nearest of them. */
const oneOf = <const Names extends ReadonlyArray<string>>(names: Names) =>
  Schema.String.check(
    Schema.makeFilter(
      (name: string) =>
        names.includes(name) ? undefined : `must be one of ${names.join(", ")}, not "${name}"${hint(name, names)}`,
      {},
      true,
    ),
  ).pipe(Schema.refine((name): name is Names[number] => names.includes(name)))

const Positive = Schema.Int.check(Schema.isGreaterThan(0))

const Semantic = Schema.Struct({
  /** Default: `"percentile"`. */
  rule: Schema.optionalKey(oneOf(breakpointRules)),
  /** Default: 95 for `percentile` and `gradient`, 3 for `standard-deviation`, 1.5 for `interquartile`. The first two: at most 100. */
  amount: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  /** Sentences on each side that are embedded with a sentence. Default: 1. */
  neighbours: Schema.optionalKey(Schema.Natural.check(Schema.isLessThanOrEqualTo(20))),
}).check(
  Schema.makeFilter(({ rule = "percentile", amount = 0 }) =>
    amount > 100 && (rule === "percentile" || rule === "gradient")
      ? [{ path: ["amount"], issue: `is a percentile for the rule "${rule}": at most 100, not ${amount}` }]
      : [],
  ),
)

/** The options of a chunker. */
export const ChunkingOptions = Schema.Struct({
  /** Default: `"recursive"`. */
  algorithm: Schema.optionalKey(oneOf(algorithms)),
  /** The most a chunk holds, in the unit. Only a single grapheme that is larger goes beyond it. Default: 1000 chars, 256 tokens. */
  max: Schema.optionalKey(Positive),
  /** `"chars"` (UTF-16 units, as JavaScript counts) or `"tokens"` of `model`. Default: `"chars"`. */
  unit: Schema.optionalKey(oneOf(units)),
  /** A chunk begins at most this much before the end of the one before, in the unit; less than `max`. Default: 0. */
  overlap: Schema.optionalKey(Schema.Natural),
  /** The model whose tokens are counted, as the counter knows it. Default: `"default"`. */
  model: Schema.optionalKey(Schema.NonEmptyString),
  /** Only for `recursive`: the best first; a text is cut behind them. Default: blank lines, lines, sentences, words. */
  separators: Schema.optionalKey(Schema.NonEmptyArray(Schema.NonEmptyString)),
  /** The language of sentences (BCP 47). Default: the runtime's. */
  locale: Schema.optionalKey(Schema.NonEmptyString.check(Schema.makeFilter((tag: string) => localeProblem(tag)))),
  /** `"headings"`: the title and the headings above a chunk (of CSV: its first row) go into `chunk.context`. Default: `"none"`. */
  context: Schema.optionalKey(oneOf(["none", "headings"])),
  /** Only for `semantic`. */
  semantic: Schema.optionalKey(Semantic),
}).check(Schema.makeFilter((options: Given) => contradictions(options)))

type Given = {
  readonly algorithm?: Algorithm
  readonly max?: number
  readonly unit?: Unit
  readonly overlap?: number
  readonly separators?: ReadonlyArray<string>
  readonly semantic?: unknown
}
export interface ChunkingOptions extends Schema.Schema.Type<typeof ChunkingOptions> {}

export const defaultMax = (unit: Unit = "chars"): number => (unit === "chars" ? 1000 : 256)

const localeProblem = (tag: string): string | undefined => {
  try {
    Intl.getCanonicalLocales(tag)
    return undefined
  } catch {
    return `"${tag}" is no language tag; write one such as "en" or "zh-Hant"`
  }
}

const contradictions = ({ algorithm = "recursive", unit, max = defaultMax(unit), overlap = 0, ...rest }: Given) => [
  ...(overlap >= max
    ? [{ path: ["overlap"], issue: `must be less than max (${max}), and is ${overlap}: set a smaller overlap` }]
    : []),
  ...(rest.separators !== undefined && algorithm !== "recursive"
    ? [{ path: ["separators"], issue: `are only for the algorithm "recursive", not for "${algorithm}"` }]
    : []),
  ...(rest.semantic !== undefined && algorithm !== "semantic"
    ? [{ path: ["semantic"], issue: `is only for the algorithm "semantic", not for "${algorithm}"` }]
    : []),
]

const decode = Schema.decodeUnknownEffect(ChunkingOptions, { errors: "all", onExcessProperty: "error" })

/** Checks options; wrong ones fail with `InvalidRequest` and the path of the field. */
export const checkedOptions = (options: unknown): Effect.Effect<ChunkingOptions, LlmError> =>
  Effect.mapError(decode(options), ({ message }) =>
    LlmError.make(
      {
        _tag: "InvalidRequest",
        field: "options",
        message: `the options of @switchyard/rag-chunking are wrong: ${message.replace(/\s+/g, " ")}`,
      },
      { operation: "compose" },
    ),
  )
