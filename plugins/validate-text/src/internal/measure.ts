/** Unicode characters: an emoji may have several, an accented letter mostly one. */
export const charactersOf = (text: string): number => {
  let second = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    // The second half of a pair counts with the first.
    if (unit >= 0xdc00 && unit <= 0xdfff && at > 0) {
      const before = text.charCodeAt(at - 1)
      if (before >= 0xd800 && before <= 0xdbff) second++
    }
  }
  return text.length - second
}

const word = /[\p{L}\p{M}\p{N}_]/u
// Scripts without spaces, of which each sign counts as a word.
const sign = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u

/** 0: between words, 1: in a word, 2: a sign that is a word. By UTF-16 unit, since the tests by regex are slow. */
const classes = new Uint8Array(0x10000).fill(255)

const classOf = (code: number): number => {
  const known = classes[code] ?? 255
  if (known !== 255) return known
  const letter = String.fromCharCode(code)
  // Beyond the basic plane there are ancient scripts, rare signs and emoji: no words here.
  const found = sign.test(letter) ? 2 : word.test(letter) ? 1 : 0
  classes[code] = found
  return found
}

const apostrophe = (code: number): boolean => code === 0x27 || code === 0x2019 || code === 0x2d

/** Words: runs of letters and digits, with apostrophes and hyphens inside them. */
export const wordsOf = (text: string): number => {
  let words = 0
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const kind = classOf(code)
    if (kind === 2) words++
    else if (kind === 1 && !inside) words++
    inside = kind === 1 || (inside && apostrophe(code))
  }
  return words
}
