/** Pixels in rows from the top, 3 (RGB) or 4 (RGBA) bytes each. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
}

export interface BmpHeader {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly compression: number
  readonly topDown: boolean
  readonly pixelsAt: number
  /** Is the fourth byte of 32-bit pixels opacity? Only if the header says so: else it is padding. */
  readonly alpha: boolean
}

const RGB = 0
const BITFIELDS = 3

/**
 * The header of a Windows bitmap (BITMAPINFOHEADER and later; the format is Microsoft's, documented as "Bitmap Storage").
 * `undefined` when the bytes are too short for one.
 */
export const readBmpHeader = (bytes: Uint8Array): BmpHeader | undefined => {
  if (bytes.length < 54) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerSize = view.getUint32(14, true)
  const height = view.getInt32(22, true)
  const compression = view.getUint32(30, true)
  const masked = headerSize >= 56 && bytes.length >= 70 && view.getUint32(66, true) === 0xff000000
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    bits: view.getUint16(28, true),
    compression,
    topDown: height < 0,
    pixelsAt: view.getUint32(10, true),
    alpha: compression === BITFIELDS && masked,
  }
}

/** The masks of the usual order: blue, green, red, opacity. */
const usualMasks = (bytes: Uint8Array): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return [0xff0000, 0xff00, 0xff].every((mask, index) => view.getUint32(54 + index * 4, true) === mask)
}

/** Why this decoder cannot read it; `undefined` when it can. */
export const bmpProblem = (bytes: Uint8Array, header: BmpHeader): "variant" | "damaged" | undefined => {
  const { width, height, bits, compression, pixelsAt } = header
  if (width <= 0 || height <= 0) return "damaged"
  const plain = compression === RGB && (bits === 24 || bits === 32)
  const masked = compression === BITFIELDS && bits === 32 && bytes.length >= 66 && usualMasks(bytes)
  if (!plain && !masked) return "variant"
  return pixelsAt + stride(header) * height > bytes.length ? "damaged" : undefined
}

/** Rows are padded to four bytes. */
const stride = ({ width, bits }: BmpHeader): number => Math.ceil((width * bits) / 32) * 4

/** Decodes uncompressed 24- and 32-bit bitmaps: the two that programs write. `bmpProblem` must have found none. */
export const decodeBmp = (bytes: Uint8Array, header: BmpHeader): Pixels => {
  const { width, height, bits, topDown, pixelsAt, alpha } = header
  const from = bits / 8
  const channels = alpha ? 4 : 3
  const data = new Uint8Array(width * height * channels)
  let to = 0
  for (let row = 0; row < height; row++) {
    let at = pixelsAt + stride(header) * (topDown ? row : height - 1 - row)
    for (let column = 0; column < width; column++, at += from) {
      data[to++] = bytes[at + 2] ?? 0
      data[to++] = bytes[at + 1] ?? 0
      data[to++] = bytes[at] ?? 0
      if (alpha) data[to++] = bytes[at + 3] ?? 0
    }
  }
  return { data, width, height, channels }
}
