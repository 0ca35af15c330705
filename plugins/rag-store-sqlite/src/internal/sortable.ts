const surrogate = /[\ud800-\udfff]/

/**
 * A string as bytes that come back exactly and sort as JavaScript compares strings, by UTF-16 units: UTF-8, with each half
 * of a surrogate pair on its own (CESU-8, Unicode Technical Report 26). SQLite's own text sorts by code points, and cannot
 * hold half a pair.
 */
export const toBytes = (text: string): Uint8Array => {
  if (!surrogate.test(text)) return Buffer.from(text, "utf8")
  const bytes: Array<number> = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Uint8Array.from(bytes)
}

export const fromBytes = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  // A decoder of UTF-8 puts U+FFFD for what is none.
  if (!text.includes("\ufffd")) return text
  const units: Array<string> = []
  for (let i = 0; i < bytes.length;) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    if (a < 0x80) units.push(String.fromCharCode(a))
    else if (a < 0xe0) units.push(String.fromCharCode(((a & 0x1f) << 6) | (b & 0x3f)))
    else units.push(String.fromCharCode(((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f)))
    i += a < 0x80 ? 1 : a < 0xe0 ? 2 : 3
  }
  return units.join("")
}
