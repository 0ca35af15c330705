/**
 * Takes EXIF (with its GPS position), XMP, IPTC, C2PA manifests, comments and text out of an image without touching a
 * pixel. Colour profiles stay (not in GIF, which hardly has any). What is kept is a list, so what nobody has heard of goes,
 * too. Each function gives the same object back when there is nothing to take out, and `undefined` when the file is not
 * built exactly as its format says: then nobody knows what it holds, and it has to be encoded anew.
 *
 * The given bytes are never written to. A Node `Buffer` is a `Uint8Array` whose `slice` shares memory: only `joined` copies.
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

/** `bytes` itself if everything of it was kept. */
const whole = (bytes: Uint8Array, kept: ReadonlyArray<Uint8Array>): Uint8Array => {
  const stripped = joined(kept)
  return stripped.length === bytes.length ? bytes : stripped
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))

/** Of the application segments only JFIF without a preview, colour profiles and Adobe's colour transform. */
const isKeptSegment = (bytes: Uint8Array, at: number, end: number): boolean => {
  const marker = bytes[at + 1] ?? 0
  if (marker === 0xe0) return startsWith(bytes, at + 4, "JFIF\0") && end - at === 18
  if (marker === 0xe2) return startsWith(bytes, at + 4, "ICC_PROFILE\0")
  if (marker === 0xee) return startsWith(bytes, at + 4, "Adobe") && end - at === 16
  return marker < 0xe0
}

/** The end of the coded data that begins at `at`: the next marker that is neither a stuffed zero nor a restart. */
const endOfScan = (bytes: Uint8Array, at: number): number => {
  for (let next = bytes.indexOf(0xff, at); next >= 0; next = bytes.indexOf(0xff, next + 1)) {
    const marker = bytes[next + 1] ?? 0
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return next
  }
  return bytes.length
}

/** Markers with a length after them; not the reserved ones, those that stand alone, and fill bytes. */
const hasLength = (marker: number): boolean => marker >= 0xc0 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd9)

/**
 * Segments, ITU T.81 annex B. What follows the end of the image goes too: cameras append previews and depth maps there,
 * which have EXIF of their own.
 */
const stripJpeg = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = viewOf(bytes)
  const kept: Array<Uint8Array> = [bytes.subarray(0, 2)]
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xd9) {
    const marker = bytes[at + 1] ?? 0
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (!hasLength(marker) || length < 2 || end > bytes.length) return undefined
    const after = marker === 0xda ? endOfScan(bytes, end) : end
    if (isKeptSegment(bytes, at, end)) kept.push(bytes.subarray(at, after))
    at = after
  }
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0xd9) return undefined
  kept.push(bytes.subarray(at, at + 2))
  return whole(bytes, kept)
}

/** What makes the picture: critical chunks, colours, transparency, density, and the frames of an animation. */
const keptChunks: ReadonlySet<string> = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST cICP mDCV cLLI acTL fcTL fdAT".split(" "),
)

const fourLetters = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

/** Chunks: length, type, data, checksum; https://www.w3.org/TR/png-3/#5Chunk-layout. */
const stripPng = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = viewOf(bytes)
  const kept: Array<Uint8Array> = [bytes.subarray(0, 8)]
  let at = 8
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length) return undefined
    const name = fourLetters(bytes, at + 4)
    if (keptChunks.has(name)) kept.push(bytes.subarray(at, end))
    // What follows the end is no part of the picture.
    if (name === "IEND") return end - at === 12 ? whole(bytes, kept) : undefined
    at = end
  }
  return undefined
}

const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04

const keptRiffChunks: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"])
const frameChunks: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "ALPH"])

interface RiffChunk {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Chunks up to `end`, padded to even lengths; `undefined` if they do not end there. */
const riffChunks = (bytes: Uint8Array, from: number, end: number): ReadonlyArray<RiffChunk> | undefined => {
  const view = viewOf(bytes)
  const chunks: Array<RiffChunk> = []
  let at = from
  while (at + 8 <= end) {
    const size = view.getUint32(at + 4, true)
    const after = at + 8 + size + (size % 2)
    if (after > end) return undefined
    chunks.push({ name: fourLetters(bytes, at), bytes: bytes.subarray(at, after) })
    at = after
  }
  return at === end ? chunks : undefined
}

/** A frame of an animation has 16 bytes of its own, then chunks like a still image. */
const isPlainFrame = ({ bytes }: RiffChunk): boolean =>
  riffChunks(bytes, 24, bytes.length)?.every(({ name }) => frameChunks.has(name)) ?? false

/** https://developers.google.com/speed/webp/docs/riff_container. */
const stripWebp = (bytes: Uint8Array): Uint8Array | undefined => {
  if (bytes.length < 12) return undefined
  const end = 8 + viewOf(bytes).getUint32(4, true)
  if (end > bytes.length) return undefined
  const chunks = riffChunks(bytes, 12, end)
  if (chunks === undefined || chunks.some((chunk) => chunk.name === "ANMF" && !isPlainFrame(chunk))) return undefined
  const kept = chunks.filter(({ name }) => keptRiffChunks.has(name))
  if (kept.length === chunks.length && end === bytes.length) return bytes
  const stripped = joined([bytes.subarray(0, 12), ...kept.map((chunk) => chunk.bytes)])
  viewOf(stripped).setUint32(4, stripped.length - 8, true)
  // Where there is a header of its own it comes first.
  if (fourLetters(stripped, 12) === "VP8X") stripped[20] = (stripped[20] ?? 0) & ~(EXIF_FLAG | XMP_FLAG)
  return stripped
}

/** The end of a chain of sub-blocks, each a length and as many bytes, the last one empty. */
const endOfSubBlocks = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0)
  return at + 1
}

/** Three bytes a colour, as many colours as the flags say. */
const colourTable = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

/** How often it loops; every other application's block is that application's secret. */
const isLoop = (bytes: Uint8Array, at: number, end: number): boolean =>
  end - at === 19 && (startsWith(bytes, at + 3, "NETSCAPE2.0") || startsWith(bytes, at + 3, "ANIMEXTS1.0"))

/** Is this extension kept? `undefined` for those that cannot be taken out without a trace. */
const isKeptExtension = (bytes: Uint8Array, at: number, end: number): boolean | undefined => {
  const label = bytes[at + 1]
  if (label === 0xf9) return end - at === 8 ? true : undefined
  if (label === 0xff) return isLoop(bytes, at, end)
  return label === 0xfe ? false : undefined
}

/** Blocks; https://www.w3.org/Graphics/GIF/spec-gif89a.txt. */
const stripGif = (bytes: Uint8Array): Uint8Array | undefined => {
  let at = 13 + colourTable(bytes[10] ?? 0)
  const kept: Array<Uint8Array> = [bytes.subarray(0, at)]
  while (at < bytes.length) {
    const introducer = bytes[at]
    if (introducer === 0x3b) return whole(bytes, [...kept, bytes.subarray(at, at + 1)])
    const isImage = introducer === 0x2c
    if (!isImage && introducer !== 0x21) return undefined
    const end = endOfSubBlocks(bytes, isImage ? at + 11 + colourTable(bytes[at + 9] ?? 0) : at + 2)
    if (end > bytes.length) return undefined
    const keeps = isImage || isKeptExtension(bytes, at, end)
    if (keeps === undefined) return undefined
    if (keeps) kept.push(bytes.subarray(at, end))
    at = end
  }
  return undefined
}

const strippers: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  "image/jpeg": stripJpeg,
  "image/png": stripPng,
  "image/webp": stripWebp,
  "image/gif": stripGif,
}

/**
 * The same image without what it tells of its maker; `bytes` itself if there is nothing. `undefined` when that cannot be
 * known: a format without a function here, or a file that does not follow its own.
 */
export const withoutMetadata = (bytes: Uint8Array, mediaType: string): Uint8Array | undefined =>
  (Object.hasOwn(strippers, mediaType) ? strippers[mediaType] : undefined)?.(bytes)
