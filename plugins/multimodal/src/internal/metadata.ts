/**
 * Takes EXIF (with its GPS position), XMP, IPTC, comments and text out of an image without touching a pixel. Colour
 * profiles stay. Each function gives the same object back when there is nothing to take out, or when the file is not
 * built as its format says: then the decoder is the one to judge it.
 */

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))

/** Comments, and application segments other than JFIF (0), colour profiles (2) and Adobe's colour transform (14). */
const isPrivateSegment = (bytes: Uint8Array, at: number, marker: number): boolean => {
  if (marker === 0xe2) return !startsWith(bytes, at + 4, "ICC_PROFILE")
  return marker === 0xfe || (marker >= 0xe0 && marker <= 0xef && marker !== 0xe0 && marker !== 0xee)
}

/** The end of the coded data that begins at `at`: the next marker that is neither a stuffed zero nor a restart. */
const endOfScan = (bytes: Uint8Array, at: number): number => {
  for (let next = bytes.indexOf(0xff, at); next >= 0; next = bytes.indexOf(0xff, next + 1)) {
    const marker = bytes[next + 1] ?? 0
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return next
  }
  return bytes.length
}

/**
 * Segments, ITU T.81 annex B. What follows the end of the image goes too: cameras append previews and depth maps there,
 * which have EXIF of their own.
 */
const stripJpeg = (bytes: Uint8Array): Uint8Array => {
  const view = viewOf(bytes)
  const kept: Array<Uint8Array> = [bytes.subarray(0, 2)]
  let dropped = false
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xd9) {
    const marker = bytes[at + 1] ?? 0
    const end = at + 2 + view.getUint16(at + 2)
    if (marker < 0xc0 || end > bytes.length) return bytes
    const after = marker === 0xda ? endOfScan(bytes, end) : end
    if (isPrivateSegment(bytes, at, marker)) dropped = true
    else kept.push(bytes.subarray(at, after))
    at = after
  }
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0xd9) return bytes
  kept.push(bytes.subarray(at, at + 2))
  return dropped || at + 2 < bytes.length ? joined(kept) : bytes
}

const privateChunks: ReadonlySet<string> = new Set(["eXIf", "tEXt", "zTXt", "iTXt", "tIME"])

const fourLetters = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

/** Chunks: length, type, data, checksum; https://www.w3.org/TR/png-3/#5Chunk-layout. */
const stripPng = (bytes: Uint8Array): Uint8Array => {
  const view = viewOf(bytes)
  const kept: Array<Uint8Array> = [bytes.subarray(0, 8)]
  let dropped = false
  let at = 8
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length) return bytes
    if (privateChunks.has(fourLetters(bytes, at + 4))) dropped = true
    else kept.push(bytes.subarray(at, end))
    at = end
  }
  return dropped ? joined(kept) : bytes
}

const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04

/** RIFF chunks, padded to even lengths; https://developers.google.com/speed/webp/docs/riff_container. */
const stripWebp = (bytes: Uint8Array): Uint8Array => {
  const view = viewOf(bytes)
  const kept: Array<Uint8Array> = []
  let dropped = false
  let at = 12
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true)
    const end = at + 8 + size + (size % 2)
    if (at + 8 + size > bytes.length) return bytes
    const name = fourLetters(bytes, at)
    if (name === "EXIF" || name === "XMP ") dropped = true
    else kept.push(bytes.slice(at, end))
    at = end
  }
  if (!dropped) return bytes
  const extended = kept.find((chunk) => fourLetters(chunk, 0) === "VP8X")
  if (extended !== undefined) extended[8] = (extended[8] ?? 0) & ~(EXIF_FLAG | XMP_FLAG)
  const body = joined(kept)
  const head = bytes.slice(0, 12)
  viewOf(head).setUint32(4, body.length + 4, true)
  return joined([head, body])
}

const strippers: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  "image/jpeg": stripJpeg,
  "image/png": stripPng,
  "image/webp": stripWebp,
}

/** The same image without what it tells of its maker; `bytes` itself if there is nothing. */
export const withoutMetadata = (bytes: Uint8Array, mediaType: string): Uint8Array =>
  (Object.hasOwn(strippers, mediaType) ? strippers[mediaType] : undefined)?.(bytes) ?? bytes
