import * as Effect from "effect/Effect"

/** What a text is written in. */
export interface DetectedLanguage {
  /** ISO 639-1, or `""` where the text has too little to tell. */
  readonly language: string
  /** How well each language fits, 0..1, as a share of the best one. Languages that do not fit at all are absent. */
  readonly fit: Readonly<Record<string, number>>
  /** Letters that were looked at. */
  readonly letters: number
}

const sampleChars = 2_000

/** The beginning, the middle and the end: enough of a long text. */
const sample = (text: string): string => {
  if (text.length <= 3 * sampleChars) return text
  const middle = Math.floor((text.length - sampleChars) / 2)
  return [text.slice(0, sampleChars), text.slice(middle, middle + sampleChars), text.slice(-sampleChars)].join(" ")
}

/** Code, addresses and markup say nothing of the language around them. */
const prose = (text: string): string =>
  text
    .replace(/```[^`]*(?:```|$)/g, " ")
    .replace(/`[^`\n]{1,200}`/g, " ")
    .replace(/\bhttps?:\/\/\S+/g, " ")
    .replace(/\S+@\S+/g, " ")

/** The detector's data (1.6 MB) is loaded when somebody asks for a language first. */
const detector = Effect.promise(() => import("eld/small")).pipe(Effect.map(({ eld }) => eld))

/**
 * The language of a text, by its n-grams (the library `eld`, 60 languages, offline). Reads 6,000 characters at most: the
 * beginning, the middle and the end.
 */
export const detectLanguage = (text: string): Effect.Effect<DetectedLanguage> =>
  Effect.map(detector, (eld) => {
    const read = prose(sample(text))
    const letters = read.match(/\p{L}/gu)?.length ?? 0
    const found = eld.detect(read)
    const scores = found.getScores()
    const best = Math.max(0, ...Object.values(scores))
    const fit = Object.entries(scores).map(([language, score]) => [language, score / best] as const)
    return { language: found.language, fit: Object.fromEntries(fit), letters }
  })
