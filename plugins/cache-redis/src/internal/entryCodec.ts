import { constants, crc32, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isUsual } from "./isUsual.ts"
import { Kept } from "./Kept.ts"

/**
 * An entry in Redis: `S` `Y`, the version, the packing (0 none, 1 zstd), CRC-32 of the entry's name and the rest (4 bytes,
 * big-endian), then JSON. The checksum finds damage, and an entry that lies under another's name; it is no signature.
 */
export const version = 1
const head = 8
const plain = 0
const zstd = 1

/** Up to here it is faster to (un)pack at once than to wait for another thread. */
const atOnceBytes = 128 * 1024
/** What unpacks to more is not an answer that was kept here. */
export const mostBytes = 64 * 1024 * 1024

const Body = Schema.toCodecJson(Kept)
const encodeBody = Schema.encodeSync(Schema.fromJsonString(Body))
const decodeBody = Schema.decodeUnknownExit(Body)

export type Spoilt = "corrupt" | "outdated" | "newer"

const checksum = (member: string, packing: number, body: Uint8Array): number =>
  crc32(body, crc32(`${version} ${packing} ${member}`))

const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
const bounded = { maxOutputLength: mostBytes }

const pack = (body: Buffer): Effect.Effect<Buffer> =>
  body.length <= atOnceBytes
    ? Effect.sync(() => zstdCompressSync(body, level))
    : Effect.callback((resume) =>
        zstdCompress(body, level, (error, packed) =>
          resume(error === null ? Effect.succeed(packed) : Effect.die(error)),
        ),
      )

const unpack = (body: Buffer): Effect.Effect<Buffer | undefined> =>
  Effect.callback((resume) =>
    zstdDecompress(body, bounded, (error, whole) => resume(Effect.succeed(error === null ? whole : undefined))),
  )

const attempt = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** The entry as it is written, with its size before packing; `undefined` where it cannot be written or is larger than `most`. */
export const written = (
  member: string,
  kept: Kept,
  { compressAboveBytes, maxEntryBytes }: { readonly compressAboveBytes: number; readonly maxEntryBytes: number },
): Effect.Effect<Buffer | undefined> =>
  Effect.suspend(() => {
    const text = attempt(() => encodeBody(kept))
    if (text === undefined) return Effect.undefined
    const body = Buffer.from(text)
    if (body.length > maxEntryBytes) return Effect.undefined
    if (body.length <= compressAboveBytes) return Effect.succeed(framed(member, plain, body))
    return Effect.map(pack(body), (packed) =>
      packed.length < body.length ? framed(member, zstd, packed) : framed(member, plain, body),
    )
  })

const framed = (member: string, packing: number, body: Buffer): Buffer => {
  const entry = Buffer.allocUnsafe(head + body.length)
  entry.write("SY", 0, "latin1")
  entry[2] = version
  entry[3] = packing
  entry.writeUInt32BE(checksum(member, packing, body), 4)
  body.copy(entry, head)
  return entry
}

/** What an entry says, or why it is not to be trusted: at once, or where it is large in another thread. */
export const readBack = (member: string, entry: Buffer): Kept | Spoilt | Effect.Effect<Kept | Spoilt> => {
  const spoilt = fault(member, entry)
  if (spoilt !== undefined) return spoilt
  const body = entry.subarray(head)
  if (entry[3] === plain) return kept(body)
  if (body.length > atOnceBytes / 4) return Effect.map(unpack(body), unpacked)
  return unpacked(attempt(() => zstdDecompressSync(body, bounded)))
}

const unpacked = (body: Buffer | undefined): Kept | Spoilt => (body === undefined ? "corrupt" : kept(body))

const kept = (body: Buffer): Kept | Spoilt => {
  const parsed = attempt((): unknown => JSON.parse(body.toString("utf8")))
  if (isUsual(parsed)) return parsed
  const decoded = decodeBody(parsed)
  return decoded._tag === "Success" ? decoded.value : "corrupt"
}

const fault = (member: string, entry: Buffer): Spoilt | undefined => {
  const [s, y, writtenAs, packing] = entry
  if (entry.length < head || s !== 0x53 || y !== 0x59 || writtenAs === undefined || packing === undefined)
    return "corrupt"
  if (writtenAs !== version) return writtenAs < version ? "outdated" : "newer"
  if (packing !== plain && packing !== zstd) return "corrupt"
  return entry.readUInt32BE(4) === checksum(member, packing, entry.subarray(head)) ? undefined : "corrupt"
}
