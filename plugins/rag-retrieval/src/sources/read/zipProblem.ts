import { inflateRawSync } from "node:zlib"

/** Bytes of all that an archive holds, unpacked. */
const maxUnpacked = 100_000_000

const endRecord = 0x06054b50
const entryRecord = 0x02014b50
const deflated = 8

/**
 * Why an office file should not be opened, if it should not. The sizes that an archive states may be lies, so its entries
 * are unpacked, each up to what is left of the limit. Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
export const zipProblem = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    return "an encrypted or very old Word file: save it as .docx without a password"
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    let left = maxUnpacked
    for (const { from, packed, method } of entriesOf(view)) {
      const data = bytes.subarray(from, from + packed)
      left -= method === deflated ? inflateRawSync(data, { maxOutputLength: left }).length : data.length
      if (left <= 0) return tooMuch
    }
    return undefined
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    return code === "ERR_BUFFER_TOO_LARGE" ? tooMuch : "a broken Word file: it is no whole archive"
  }
}

const tooMuch = `a Word file that holds more than ${maxUnpacked / 1e6} MB unpacked`

interface Entry {
  readonly from: number
  readonly packed: number
  readonly method: number
}

/** Reads beyond the end throw a `RangeError`: the archive is broken then. */
function* entriesOf(view: DataView): Generator<Entry> {
  let end = view.byteLength - 22
  const first = Math.max(0, end - 0xffff)
  while (end >= first && view.getUint32(end, true) !== endRecord) end--
  if (end < first) throw new RangeError("no end")
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== entryRecord) throw new RangeError("no entry")
    const method = view.getUint16(at + 10, true)
    const packed = view.getUint32(at + 20, true)
    const header = view.getUint32(at + 42, true)
    const from = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
    if (from + packed > view.byteLength) throw new RangeError("cut")
    yield { from, packed, method }
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
}
