import * as Context from "effect/Context"

/** A number of tokens; `exact` says whether it was counted with the model's own encoding or estimated. */
export interface TokenCount {
  readonly tokens: number
  readonly exact: boolean
}

/** Counts the tokens of a text for a model (`"provider/model"` or the vendor's name). */
export interface TokenCounter {
  readonly count: (text: string, model: string) => TokenCount
}

// One token is about four characters of Latin text and about one character of Chinese, Japanese or Korean.
const estimate = (text: string): number => {
  let wide = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x2e80) wide++
  return Math.ceil((text.length - wide) / 4 + wide)
}

/** Default: an estimate, within about 35 % on prose, code and JSON; the usage plugin brings exact counts. */
export const TokenCounter = Context.Reference<TokenCounter>("@switchyard/core/TokenCounter", {
  defaultValue: () => ({ count: (text) => ({ tokens: estimate(text), exact: false }) }),
})
