import { hideKeys } from "@switchyard/core"

const hidden = "[redacted]"

/** A text without what looks like a key, on one line, at most `most` characters of it. */
export const clean = (text: string, most: number): string => {
  // Cut first where it is huge: the patterns read all of it.
  const left = hideKeys(text.slice(0, most * 4))
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
  return left.length <= most ? left : `${left.slice(0, most)}…`
}

/** Values that were sent with one request and must not be seen, the longest first: one may be a part of another. */
export const withoutSecrets = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets
    .filter(({ length }) => length >= 6)
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, hidden), text)

const shortest = 16
/** A text that repeats itself is not searched for its longest match. */
const mostPlaces = 64

/** A message without what it quotes of these texts: every run of 16 characters or more that stands in one of them. */
export const withoutQuotes = (message: string, texts: ReadonlyArray<string>): string => {
  let left = ""
  let at = 0
  while (at < message.length) {
    const length = longestQuote(message, at, texts)
    if (length === 0) left += message[at++] ?? ""
    else {
      left += "[prompt]"
      at += length
    }
  }
  return left
}

const longestQuote = (message: string, at: number, texts: ReadonlyArray<string>): number => {
  const start = message.slice(at, at + shortest)
  let longest = 0
  for (const text of texts) {
    // A short prompt may be quoted as a whole.
    if (text.length >= 4 && text.length < shortest && message.startsWith(text, at))
      longest = Math.max(longest, text.length)
    if (start.length < shortest) continue
    let from = text.indexOf(start)
    for (let seen = 0; from >= 0 && seen < mostPlaces; seen++) {
      let length = shortest
      while (at + length < message.length && message[at + length] === text[from + length]) length++
      longest = Math.max(longest, length)
      from = at + longest < message.length ? text.indexOf(start, from + 1) : -1
    }
  }
  return longest
}
