const symbol = 0
const upper = 1
const lower = 2
const digit = 3
const space = 4
/** A carriage return or a line feed. */
const line = 5
/** Not ASCII. */
const beyond = 6
/** After the end of the text: looked at before its units are, since reading there is slow ever after. */
const ended = 7

const kinds = Uint8Array.from({ length: 128 }, (_, unit) => {
  const char = String.fromCharCode(unit)
  if (char === "\r" || char === "\n") return line
  if (/\s/.test(char)) return space
  if (/\d/.test(char)) return digit
  return /[A-Z]/.test(char) ? upper : /[a-z]/.test(char) ? lower : symbol
})

const apostrophe = 39
const slash = 47
const blank = 32

/** What may stand after an apostrophe, in lower case. */
const contractions = new Set(["s", "d", "m", "t", "ll", "ve", "re"])

const kindOf = (text: string, at: number): number => {
  if (at >= text.length) return ended
  const unit = text.charCodeAt(at)
  return unit < 128 ? (kinds[unit] ?? symbol) : beyond
}

const isUnit = (unit: number, text: string, at: number): boolean => at < text.length && text.charCodeAt(at) === unit

/** The end of what is of this kind from here on. */
const endOf = (kind: number, text: string, from: number): number => {
  let at = from
  while (kindOf(text, at) === kind) at++
  return at
}

/** It cannot be told without knowing more than ASCII. */
const unsure = -1

/** The end of an apostrophe's contraction; `at` where there is none. */
const contracted = (text: string, at: number): number => {
  if (!isUnit(apostrophe, text, at)) return at
  if (kindOf(text, at + 1) === beyond) return unsure
  for (const length of [1, 2]) {
    if (contractions.has(text.slice(at + 1, at + 1 + length).toLowerCase())) return at + 1 + length
  }
  return at
}

/** Letters: capitals, then small ones, then a contraction. */
const wordEnd = (text: string, from: number): number => {
  const end = endOf(lower, text, endOf(upper, text, from))
  return kindOf(text, end) === beyond ? unsure : contracted(text, end)
}

const digitsEnd = (text: string, from: number): number => {
  let at = from
  while (at < from + 3 && kindOf(text, at) === digit) at++
  return at < from + 3 && kindOf(text, at) === beyond ? unsure : at
}

/** Signs, then line breaks and slashes. */
const signsEnd = (text: string, from: number): number => {
  let at = endOf(symbol, text, from)
  if (kindOf(text, at) === beyond) return unsure
  while (kindOf(text, at) === line || isUnit(slash, text, at)) at++
  return at
}

/** Up to the last line break of a run of blanks; without one all of it but the last, which belongs to what follows. */
const blanksEnd = (text: string, from: number): number => {
  let at = from
  let afterLine = from
  for (let kind = kindOf(text, at); kind === space || kind === line; kind = kindOf(text, at)) {
    at++
    if (kind === line) afterLine = at
  }
  if (kindOf(text, at) === beyond) return unsure
  if (afterLine > from) return afterLine
  return at === text.length || at === from + 1 ? at : at - 1
}

/**
 * Where the piece ends that o200k_base's pattern finds at `from`, as long as it and the character after it are ASCII; else
 * -1. The pattern takes most of the time of counting, since it knows the classes of all characters.
 */
export const asciiPieceEnd = (text: string, from: number): number => {
  const first = kindOf(text, from)
  if (first === upper || first === lower) return wordEnd(text, from)
  if (first === digit) return digitsEnd(text, from)
  if (first === beyond) return unsure
  const second = kindOf(text, from + 1)
  if (second === beyond) return unsure
  if (first !== line && (second === upper || second === lower)) return wordEnd(text, from + 1)
  if (first === symbol) return signsEnd(text, from)
  return isUnit(blank, text, from) && second === symbol ? signsEnd(text, from + 1) : blanksEnd(text, from)
}
