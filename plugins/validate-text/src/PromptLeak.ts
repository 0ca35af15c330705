import type { Span } from "./Span.ts"

export interface LeakOptions {
  /** Words in a row that count as copied. Default: 12, or all of a prompt that is shorter, but not under 5. */
  readonly minWords?: number | undefined
  /** What the answer may repeat: texts that the user wrote, a greeting that the prompt prescribes. */
  readonly allowed?: ReadonlyArray<string> | undefined
}

const fewest = 5

interface Word extends Span {
  readonly text: string
}

/** Words without case and punctuation. Chinese and Japanese have no spaces, so that each sign is a word. */
const wordsOf = (text: string): ReadonlyArray<Word> => {
  const words: Array<Word> = []
  const pattern = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}_]+/gu
  for (const match of text.matchAll(pattern)) {
    words.push({ text: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length })
  }
  return words
}

const runsOf = (words: ReadonlyArray<Word>, length: number): Set<string> => {
  const runs = new Set<string>()
  for (let at = 0; at + length <= words.length; at++) runs.add(runAt(words, at, length))
  return runs
}

const runAt = (words: ReadonlyArray<Word>, at: number, length: number): string => {
  let run = ""
  for (let i = at; i < at + length; i++) run += `${words[i]?.text} `
  return run
}

/**
 * Where an answer repeats its secret instructions word for word, case, punctuation and spacing aside. A translated,
 * encoded or retold prompt is not found.
 */
export const findPromptLeak = (
  answer: string,
  prompt: string,
  { minWords, allowed = [] }: LeakOptions = {},
): ReadonlyArray<Span> => {
  const secret = wordsOf(prompt)
  const length = minWords ?? Math.min(12, Math.max(fewest, secret.length))
  const secrets = runsOf(secret, length)
  if (secrets.size === 0) return []
  for (const text of allowed) for (const run of runsOf(wordsOf(text), length)) secrets.delete(run)
  const words = wordsOf(answer)
  const found: Array<{ start: number; end: number }> = []
  for (let at = 0; at + length <= words.length; at++) {
    if (!secrets.has(runAt(words, at, length))) continue
    const start = words[at]?.start ?? 0
    const end = words[at + length - 1]?.end ?? start
    const last = found.at(-1)
    if (last !== undefined && start <= last.end) last.end = end
    else found.push({ start, end })
  }
  return found
}
