/** A text, and how many of its characters could not be read. */
export interface Decoded {
  readonly text: string
  readonly replaced: number
}

const starts = (bytes: Uint8Array, ...mark: ReadonlyArray<number>): boolean =>
  mark.every((byte, at) => bytes[at] === byte)

const encodingByMark = (bytes: Uint8Array): string | undefined => {
  if (starts(bytes, 0xff, 0xfe)) return "utf-16le"
  if (starts(bytes, 0xfe, 0xff)) return "utf-16be"
  return starts(bytes, 0xef, 0xbb, 0xbf) ? "utf-8" : undefined
}

/** Why a file is no text, by its beginning: a NUL byte, as git takes it; UTF-16 says what it is with a mark. */
export const binary = (head: Uint8Array): string | undefined => {
  const encoding = encodingByMark(head)
  if (encoding === "utf-16le" && starts(head.subarray(2), 0, 0)) return "UTF-32, which is not read"
  return (encoding === undefined || encoding === "utf-8") && head.includes(0) ? "a binary file" : undefined
}

/** The encoding that an HTML page names for itself, if it is one that is known. */
export const declaredEncoding = (bytes: Uint8Array): string | undefined => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024))
  const label = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})/i.exec(head)?.[1]
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

/** More than this share of unreadable characters is no text in UTF-8. */
const maxReplaced = 0.3

/**
 * Text in UTF-8, or in UTF-16 with its mark. `fallback` is tried where it is no valid UTF-8; without one, U+FFFD stands for
 * what cannot be read. `undefined` when that is a third of it.
 */
export const decodeText = (bytes: Uint8Array, fallback?: string): Decoded | undefined => {
  const encoding = encodingByMark(bytes) ?? "utf-8"
  const strict = decodedStrictly(bytes, encoding)
  if (strict !== undefined) return { text: strict, replaced: 0 }
  const other = fallback === undefined || fallback === "utf-8" ? undefined : decodedStrictly(bytes, fallback)
  if (other !== undefined) return { text: other, replaced: 0 }
  const text = new TextDecoder(encoding).decode(bytes)
  let replaced = 0
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) replaced++
  return replaced > text.length * maxReplaced ? undefined : { text, replaced }
}

const decodedStrictly = (bytes: Uint8Array, encoding: string): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
