/**
 * Strings as Postgres can keep and sort them. It takes neither NUL nor half a surrogate pair, and with the collation "C"
 * sorts by code points, where JavaScript compares UTF-16 units. Here each unit becomes code points that sort alike: below
 * U+D800 it is itself, surrogates and what follows them move above U+FFFF, and NUL gets U+0001 as an escape.
 */
// oxlint-disable no-control-regex -- U+0001 is the escape
const special = /[\0\u0001\ud800-\uffff]/
const units = /[\0\u0001\ud800-\uffff]/g
const codes = /\u0001[\u0001\u0002]|[\u{10000}-\u{127ff}]/gu

export const encoded = (text: string): string => (special.test(text) ? text.replace(units, codeOf) : text)

export const decoded = (text: string): string => (special.test(text) ? text.replace(codes, unitOf) : text)

const codeOf = (unit: string): string => {
  const code = unit.charCodeAt(0)
  return code < 2 ? `\u0001${String.fromCharCode(code + 1)}` : String.fromCodePoint(code - 0xd800 + 0x10000)
}

const unitOf = (code: string): string => {
  const point = code.codePointAt(0) ?? 0
  return point === 1 ? String.fromCharCode(code.charCodeAt(1) - 1) : String.fromCharCode(point - 0x10000 + 0xd800)
}

const unkept = /\0|\p{Surrogate}/u

/** Text that Postgres keeps as it is. */
export const isPlain = (text: string): boolean => !unkept.test(text)
