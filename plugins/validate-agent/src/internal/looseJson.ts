/** The most text of a reply that is searched, in UTF-16 units, and the most that is read in all, from every brace on. */
const maxChars = 200_000
const maxWork = 1_000_000

/** A JSON object that stands in a text, and exactly how it is written there. */
export interface Found {
  readonly raw: string
  readonly value: Readonly<Record<string, unknown>>
}

const words: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" }

/** The end of the string that begins at `start`, exclusive; the text's length when it does not end. */
const stringEnd = (text: string, start: number): number => {
  const quote = text[start]
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if (text[i] === quote) return i + 1
  }
  return text.length
}

const isQuote = (char: string | undefined): boolean => char === '"' || char === "'"

/** The end of the object that begins at `start`, exclusive; `undefined` when it does not end. */
const objectEnd = (text: string, start: number): number | undefined => {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const char = text[i]
    if (isQuote(char)) i = stringEnd(text, i) - 1
    else if (char === "{" || char === "[") depth++
    else if ((char === "}" || char === "]") && --depth === 0) return i + 1
  }
  return undefined
}

const requoted = (quoted: string): string => {
  if (quoted[0] === '"') return quoted.replace(/[\n\r\t]/g, (c) => (c === "\n" ? "\\n" : c === "\r" ? "\\r" : "\\t"))
  const inner = quoted
    .slice(1, -1)
    .replace(/\\'/g, "'")
    .replace(/(\\.)|"/gs, (_, kept?: string) => kept ?? '\\"')
  return requoted(`"${inner}"`)
}

/** JSON as people and Python write it, as JSON: single quotes, True and None, commas at the end. */
const strict = (text: string): string => {
  let out = ""
  for (let i = 0; i < text.length;) {
    const char = text[i] ?? ""
    const word = /^[A-Za-z]+/.exec(text.slice(i, i + 12))?.[0]
    if (isQuote(char)) {
      const end = stringEnd(text, i)
      out += requoted(text.slice(i, end))
      i = end
    } else if (word !== undefined) {
      out += words[word] ?? word
      i += word.length
    } else if (char === "," && /^\s*[}\]]/.test(text.slice(i + 1, i + 200))) i++
    else {
      out += char
      i++
    }
  }
  return out
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Every outermost JSON object in a text, in order, whatever stands around it: prose, code fences, a thought. An object
 * that is cut off is none: nothing is completed.
 */
export const objectsIn = (given: string): ReadonlyArray<Found> => {
  const text = given.length > maxChars ? given.slice(-maxChars) : given
  const found: Array<Found> = []
  let at = text.indexOf("{")
  let work = 0
  while (at >= 0 && work < maxWork) {
    const end = objectEnd(text, at)
    work += (end ?? text.length) - at
    const raw = end === undefined ? "" : text.slice(at, end)
    const value = parse(raw) ?? (raw === "" ? undefined : parse(strict(raw)))
    if (isRecord(value)) found.push({ raw, value })
    at = text.indexOf("{", isRecord(value) && end !== undefined ? end : at + 1)
  }
  return found
}
