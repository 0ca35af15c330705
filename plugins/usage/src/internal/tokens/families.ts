import type { ModelName } from "../../ModelNames.ts"
import type { Feature, Makeup } from "./scripts.ts"

/**
 * Tokens per o200k token, by what the text is made of: `plain` English prose, `dense` code and JSON, then scripts.
 * From each family's own tokenizer on prose, code, JSON and messages in 24 languages, once: none of these tokenizers is
 * among the packages here, so no test holds the factors to them.
 */
interface Factors {
  readonly plain: number
  readonly dense: number
  readonly accented: number
  readonly cyrillic: number
  readonly greek: number
  readonly arabic: number
  readonly indic: number
  readonly thai: number
  readonly cjk: number
  readonly hangul: number
}

export interface Family {
  readonly name: string
  readonly factors: Factors
  /** Relative error that 9 of 10 texts are expected to stay within: of Latin text, and of other scripts. A judgement. */
  readonly error: readonly [latin: number, other: number]
}

const same: Factors = {
  plain: 1,
  dense: 1,
  accented: 1,
  cyrillic: 1,
  greek: 1,
  arabic: 1,
  indic: 1,
  thai: 1,
  cjk: 1,
  hangul: 1,
}

const llama3: Factors = { ...same, accented: 1.06, cyrillic: 1.04, arabic: 1.34, indic: 2.14, thai: 1.22, hangul: 1.1 }
const gemma: Factors = {
  plain: 1.06,
  dense: 1.18,
  accented: 1.11,
  cyrillic: 1.06,
  greek: 1.09,
  arabic: 1.16,
  indic: 0.99,
  thai: 0.98,
  cjk: 1.04,
  hangul: 1.17,
}
const qwen: Factors = {
  plain: 1.02,
  dense: 1,
  accented: 1.07,
  cyrillic: 1.17,
  greek: 1.75,
  arabic: 1.08,
  indic: 2.03,
  thai: 1.33,
  cjk: 0.98,
  hangul: 1.11,
}
const deepseek: Factors = {
  plain: 1.03,
  dense: 1.07,
  accented: 1.13,
  cyrillic: 1.11,
  greek: 1.11,
  arabic: 1.1,
  indic: 1.29,
  thai: 0.99,
  cjk: 0.97,
  hangul: 1.18,
}
const sentencePiece: Factors = {
  plain: 1.15,
  dense: 1.26,
  accented: 1.4,
  cyrillic: 1.32,
  greek: 1.97,
  arabic: 1.9,
  indic: 2.25,
  thai: 2.2,
  cjk: 1.34,
  hangul: 1.57,
}
/** Only prose was measured. */
const tekken: Factors = { ...same, plain: 1.09, dense: 1.1, accented: 1.1 }
/** Claude 2's vocabulary, until it is loaded. */
const claude: Factors = {
  plain: 1.02,
  dense: 1.08,
  accented: 1.36,
  cyrillic: 1.5,
  greek: 2.24,
  arabic: 1.83,
  indic: 3,
  thai: 3.4,
  cjk: 1.34,
  hangul: 1.48,
}

/** By the model's name, first match. */
const families: ReadonlyArray<readonly [RegExp, Family]> = [
  [/^claude/, { name: "claude", factors: claude, error: [0.1, 0.35] }],
  [/^(gemini|gemma)/, { name: "gemma", factors: gemma, error: [0.08, 0.15] }],
  [
    /^(meta-)?(code)?llama-?[12]|^codellama|^(mistral-7b|mixtral|open-mi[sx]tral)/,
    { name: "sentencepiece", factors: sentencePiece, error: [0.1, 0.25] },
  ],
  [/^(meta-)?llama/, { name: "llama3", factors: llama3, error: [0.05, 0.2] }],
  [
    /^(mistral|codestral|ministral|magistral|devstral|pixtral|voxtral)/,
    { name: "tekken", factors: tekken, error: [0.1, 0.3] },
  ],
  [/^(qwen|qwq|qvq)/, { name: "qwen", factors: qwen, error: [0.05, 0.2] }],
  [/^deepseek/, { name: "deepseek", factors: deepseek, error: [0.06, 0.15] }],
]

const unknown: Family = { name: "unknown", factors: same, error: [0.2, 0.4] }

export const familyOf = ({ name }: ModelName): Family =>
  families.find(([pattern]) => pattern.test(name))?.[1] ?? unknown

/**
 * o200k tokens of each feature: a least-squares fit of relative errors over 500 passages; on the half that was kept apart
 * the mean error is 3 to 5 % for prose, code, JSON and Markdown and 6 to 12 % for other scripts.
 */
const weights: Readonly<Record<Feature, number>> = {
  words: 0.932,
  tails: 0.158,
  digits: 1.885,
  signs: 0.899,
  moreSigns: 0.068,
  breaks: 0.794,
  accented: 0.376,
  cyrillic: 0.329,
  greek: 0.494,
  arabic: 0.428,
  indic: 0.391,
  thai: 0.347,
  cjk: 0.678,
  hangul: 0.644,
  rest: 1.045,
}

const ascii: ReadonlyArray<Feature> = ["words", "tails", "digits", "signs", "moreSigns", "breaks"]
const scripts = ["accented", "cyrillic", "greek", "arabic", "indic", "thai", "cjk", "hangul"] as const

export interface Guess {
  /** o200k tokens. */
  readonly tokens: number
  /** The family's tokens per o200k token for this text. */
  readonly factor: number
  /** The family's relative error for this text. */
  readonly error: number
}

/** Punctuation makes up so much of code and JSON, by tokens. */
const denseFrom = 0.25

/** What a text's makeup says about its tokens. */
export const guess = (made: Makeup, { error, factors }: Family): Guess => {
  const share = (feature: Feature): number => made[feature] * weights[feature]
  let latin = 0
  for (const feature of ascii) latin += share(feature)
  const signs = share("signs") + share("moreSigns")
  let tokens = latin + share("rest")
  let weighted = latin * (signs > denseFrom * latin ? factors.dense : factors.plain) + share("rest")
  let other = 0
  for (const script of scripts) {
    tokens += share(script)
    weighted += share(script) * factors[script]
    if (script !== "accented") other += share(script)
  }
  if (tokens === 0) return { tokens: 0, factor: 1, error: error[0] }
  const foreign = other / tokens
  return { tokens, factor: weighted / tokens, error: error[0] * (1 - foreign) + error[1] * foreign }
}
