/** What an escape stands for: its text and its length with the backslash. */
export interface Escape {
  readonly text: string
  readonly length: number
  /** `known`: JSON's own. `sign`: a sign that needs none. `kept`: the backslash stays. `half`: cut off by the end. */
  readonly kind: "known" | "sign" | "kept" | "half"
}

const simple: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}

/** Signs that Markdown or a shell has escaped. */
const signs = "'`_*#~!>’"

/** The escape whose backslash stands at `at`. `loose`: in a string of Python or JavaScript, which know more escapes. */
export const escapeAt = (text: string, at: number, end: number, loose: boolean): Escape => {
  if (at + 1 >= end) return { text: "", length: 1, kind: "half" }
  const sign = text[at + 1] ?? ""
  const known = simple[sign]
  if (known !== undefined) return { text: known, length: 2, kind: "known" }
  if (sign === "u") return unicodeAt(text, at, end)
  if (sign === "x" && loose && /^[0-9a-fA-F]{2}$/.test(text.slice(at + 2, at + 4)))
    return { text: String.fromCharCode(parseInt(text.slice(at + 2, at + 4), 16)), length: 4, kind: "sign" }
  if (sign === "\n" || sign === "\r") return { text: "", length: text.startsWith("\r\n", at + 1) ? 3 : 2, kind: "sign" }
  if (signs.includes(sign)) return { text: sign, length: 2, kind: "sign" }
  return { text: "\\", length: 1, kind: "kept" }
}

const unicodeAt = (text: string, at: number, end: number): Escape => {
  const digits = text.slice(at + 2, Math.min(end, at + 6))
  if (/^[0-9a-fA-F]{4}$/.test(digits))
    return { text: String.fromCharCode(parseInt(digits, 16)), length: 6, kind: "known" }
  if (at + 6 > end && /^[0-9a-fA-F]*$/.test(digits)) return { text: "", length: end - at, kind: "half" }
  const braced = /^\{([0-9a-fA-F]{1,6})\}/.exec(text.slice(at + 2, at + 10))
  const point = parseInt(braced?.[1] ?? "", 16)
  if (point <= 0x10ffff && braced !== null)
    return { text: String.fromCodePoint(point), length: 2 + braced[0].length, kind: "sign" }
  return { text: "\\", length: 1, kind: "kept" }
}

/** Commands of LaTeX that begin like an escape of JSON. */
const latex =
  /^(?:b(?:ar|egin|eta|f|ig|inom|mod|oldsymbol|ullet|ot)|f(?:rac|orall|lat|box)|n(?:abla|eq?|eg|ot(?:in)?|u|ewline|mid)|r(?:ightarrow|ight|angle|ho|m|oot|floor|ceil)|t(?:ext\w*|heta|imes|au|an|o|op|frac|ilde|riangle))(?![a-z])/

/**
 * A string that mixes escapes of JSON with backslashes that are meant as such: the body as it stands in the text, and how
 * it reads when it is a path, a pattern or a formula.
 */
export const readMixed = (raw: string, loose: boolean): string => {
  if (/^\\\\\w[^/\n]*$/.test(raw) && /[^\\]\\[^\\]/.test(raw)) return raw.replaceAll('\\"', '"')
  if (/^(?:[A-Za-z]:\\|\\\\\w)[^\n]*$/.test(raw) && !raw.includes("/"))
    return raw.replace(/\\\\|\\"/g, (two) => two.slice(1))
  let text = ""
  for (let at = 0; at < raw.length;) {
    const slash = raw.indexOf("\\", at)
    if (slash < 0) return text + raw.slice(at)
    text += raw.slice(at, slash)
    const escape = mixedAt(raw, slash, loose)
    text += escape.text
    at = slash + escape.length
  }
  return text
}

const mixedAt = (raw: string, at: number, loose: boolean): Pick<Escape, "text" | "length"> => {
  const escape = escapeAt(raw, at, raw.length, loose)
  const sign = raw[at + 1] ?? ""
  if (escape.kind === "half") return { text: "\\", length: 1 }
  if (escape.kind === "sign" && sign !== "'" && signs.includes(sign)) return { text: "\\", length: 1 }
  const letter = /^[A-Za-z]$/.test(raw[at + 2] ?? "")
  if ((sign === "b" || sign === "f") && escape.kind === "known" && (letter || sign === "b"))
    return { text: "\\", length: 1 }
  return letter && latex.test(raw.slice(at + 1, at + 24)) ? { text: "\\", length: 1 } : escape
}
