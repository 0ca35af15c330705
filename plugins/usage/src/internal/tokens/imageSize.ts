export interface Size {
  readonly width: number
  readonly height: number
}

const startsWith = (bytes: Uint8Array, ...expected: ReadonlyArray<number>): boolean =>
  expected.every((byte, at) => bytes[at] === byte)

/** Frame headers: SOF0 to SOF15 without the tables DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

const jpeg = (view: DataView): Size | undefined => {
  let at = 2
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

const webp = (view: DataView): Size | undefined => {
  const kind = String.fromCharCode(view.getUint8(12), view.getUint8(13), view.getUint8(14), view.getUint8(15))
  if (kind === "VP8 ") {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (kind !== "VP8X") return undefined
  const three = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1
  return { width: three(24), height: three(27) }
}

/** Width and height in pixels from a PNG's, JPEG's, GIF's or WebP's header; `undefined` for all else and for what is cut. */
export const imageSize = (bytes: Uint8Array): Size | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const known = (size: Size | undefined): Size | undefined =>
    size !== undefined && size.width > 0 && size.height > 0 ? size : undefined
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47) && bytes.length >= 24) {
    return known({ width: view.getUint32(16), height: view.getUint32(20) })
  }
  if (startsWith(bytes, 0x47, 0x49, 0x46) && bytes.length >= 10) {
    return known({ width: view.getUint16(6, true), height: view.getUint16(8, true) })
  }
  if (startsWith(bytes, 0xff, 0xd8)) return known(jpeg(view))
  if (startsWith(bytes, 0x52, 0x49, 0x46, 0x46) && bytes.length >= 30) return known(webp(view))
  return undefined
}
