/** Beginnings of files by type: offset and bytes. Source: the formats' own specifications. */
const beginnings: ReadonlyArray<readonly [type: string, offset: number, bytes: ReadonlyArray<number>]> = [
  ["image/png", 0, [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", 0, [0xff, 0xd8, 0xff]],
  ["image/gif", 0, [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", 8, [0x57, 0x45, 0x42, 0x50]],
  ["image/bmp", 0, [0x42, 0x4d]],
  ["image/tiff", 0, [0x49, 0x49, 0x2a, 0x00]],
  ["image/tiff", 0, [0x4d, 0x4d, 0x00, 0x2a]],
  ["image/avif", 4, [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
  ["image/heic", 4, [0x66, 0x74, 0x79, 0x70, 0x68, 0x65, 0x69, 0x63]],
  ["application/pdf", 0, [0x25, 0x50, 0x44, 0x46]],
  ["audio/wav", 8, [0x57, 0x41, 0x56, 0x45]],
  ["audio/mpeg", 0, [0x49, 0x44, 0x33]],
  ["audio/mpeg", 0, [0xff, 0xfb]],
  ["audio/ogg", 0, [0x4f, 0x67, 0x67, 0x53]],
  ["audio/flac", 0, [0x66, 0x4c, 0x61, 0x43]],
  ["video/mp4", 4, [0x66, 0x74, 0x79, 0x70]],
  ["video/webm", 0, [0x1a, 0x45, 0xdf, 0xa3]],
]

const longest = 16

const head = (data: Uint8Array | string): Uint8Array =>
  typeof data === "string" ? Buffer.from(data.slice(0, 32), "base64") : data.subarray(0, longest)

/**
 * The AI SDK allows the first segment alone (`image`, `image/*`); providers want the whole type. It is read from the content,
 * or stays a wildcard where there is none to read.
 */
export const wholeMediaType = (mediaType: string, data: Uint8Array | string | undefined): string => {
  const [top = "", sub = "*"] = mediaType.split("/")
  if (sub !== "*" && sub !== "") return mediaType
  if (data !== undefined) {
    const bytes = head(data)
    const found = beginnings.find(
      ([type, offset, begin]) =>
        type.startsWith(`${top}/`) && begin.every((byte, index) => bytes[offset + index] === byte),
    )
    if (found !== undefined) return found[0]
  }
  return top === "text" ? "text/plain" : `${top}/*`
}
