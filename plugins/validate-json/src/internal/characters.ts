/** The first character of quotes that may stand around a string, and those that may end it. */
const closers: Readonly<Record<number, string>> = {
  0x22: '"',
  0x27: "'",
  0x60: "`´",
  0xb4: "´`",
  0x201c: '”“"',
  0x201d: '”“"',
  0x201e: '“”"',
  0x2018: "’‘'",
  0x2019: "’‘'",
  0x201a: "‘’'",
  0xab: "»",
  0xff02: "＂",
}

/** The characters that may end a string which this one begins; `undefined`: it begins none. */
export const closersOf = (code: number): string | undefined =>
  code === 0x22 ? '"' : code < 0x80 && code !== 0x27 && code !== 0x60 ? undefined : closers[code]

export const isQuote = (code: number): boolean => closersOf(code) !== undefined

/** Spaces of any kind that are not JSON's own: no-break and other wide ones, zero-width ones, the byte order mark. */
export const isOddBlank = (code: number): boolean =>
  code === 0x0b ||
  code === 0x0c ||
  code === 0x85 ||
  code === 0xa0 ||
  code === 0xfeff ||
  (code >= 0x2000 && code <= 0x200f) ||
  (code >= 0x2028 && code <= 0x202f) ||
  (code >= 0x205f && code <= 0x2064) ||
  code === 0x3000 ||
  code === 0xad ||
  code === 0x180e

export const isBlank = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || (code > 0x0a && isOddBlank(code))

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

export const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x24

/** Of an unquoted word in any script. */
export const isWord = (code: number): boolean =>
  isLetter(code) || isDigit(code) || (code > 0xbf && !isOddBlank(code) && !isQuote(code) && !isWide(code))

const isWide = (code: number): boolean => code >= 0xff00 && code <= 0xff20

export const isColon = (code: number): boolean => code === 0x3a || code === 0xff1a
export const isComma = (code: number): boolean => code === 0x2c || code === 0xff0c || code === 0x3001
