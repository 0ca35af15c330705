import { crc32 } from "node:zlib"
import { EmbedderStamp, type VectorRecord } from "@switchyard/rag"
import * as Schema from "effect/Schema"

/**
 * The bytes of a snapshot. All numbers are little-endian:
 *
 *   8 bytes "SYVECTOR" · u32 version · u32 length of the head · the head: JSON, filled with spaces to a multiple of 4
 *   for each namespace, blocks of up to 1,000 records and, of more than one, 4 million characters of JSON:
 *     u32 records · records x dimensions f32 · where it has an index, records i32: slots · u32 length of the rest ·
 *     JSON, filled likewise
 *   u32 CRC-32 of all before
 *
 * In version 1 a block does not say how many records it has: 1,000, and the last one what is left.
 */
const magic = "SYVECTOR"
export const formatVersion = 2
const perBlock = { records: 1000, characters: 2 ** 22 }

/** An approximate index that is kept in a file of its own. */
const Kept = Schema.Struct({ file: Schema.NonEmptyString, bytes: Schema.Natural, crc: Schema.Natural })
export interface Kept extends Schema.Schema.Type<typeof Kept> {}

const Head = Schema.Struct({
  /** How often the file was written. */
  generation: Schema.Natural,
  namespaces: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      stamp: EmbedderStamp,
      count: Schema.Natural,
      index: Schema.optionalKey(Kept),
    }),
  ),
})
const decodeHead = Schema.decodeUnknownSync(Schema.fromJsonString(Head))

/** A namespace as it was at one moment. */
export interface Moment {
  readonly name: string
  readonly stamp: EmbedderStamp
  readonly records: ReadonlyArray<VectorRecord>
  /** By record; -1 is one that the index does not hold. */
  readonly index?: { readonly kept: Kept; readonly slots: Int32Array }
}

export interface Contents {
  readonly generation: number
  readonly namespaces: ReadonlyArray<Moment>
}

/** The bytes, a piece of a few hundred KB at a time. */
export function* encode({ generation, namespaces }: Contents): Generator<Uint8Array> {
  const head = Buffer.from(
    JSON.stringify({
      generation,
      namespaces: namespaces.map(({ name, stamp, records, index }) => ({
        name,
        stamp,
        count: records.length,
        ...(index === undefined ? {} : { index: index.kept }),
      })),
    }),
  )
  let crc = 0
  const pieces = function* (): Generator<Uint8Array> {
    yield Buffer.concat([Buffer.from(magic, "latin1"), u32(formatVersion)])
    yield* json(head)
    for (const { stamp, records, index } of namespaces) {
      let at = 0
      for (const rests of blocksOf(records)) {
        const block = records.slice(at, at + rests.length)
        yield u32(block.length)
        yield vectorsOf(block, stamp.dimensions)
        if (index !== undefined) yield bytesOf(index.slots.slice(at, at + block.length))
        yield* json(Buffer.from(`[${rests.join(",")}]`))
        at += block.length
      }
    }
  }
  for (const piece of pieces()) {
    crc = crc32(piece, crc)
    yield piece
  }
  yield u32(crc)
}

/** The records without their vectors, each as JSON, block by block: no string holds all that a namespace does. */
function* blocksOf(records: ReadonlyArray<VectorRecord>): Generator<ReadonlyArray<string>> {
  let block: Array<string> = []
  let characters = 0
  for (const { vector: _vector, ...rest } of records) {
    const text = JSON.stringify(rest)
    if (block.length >= perBlock.records || (block.length > 0 && characters + text.length > perBlock.characters)) {
      yield block
      block = []
      characters = 0
    }
    block.push(text)
    characters += text.length
  }
  if (block.length > 0) yield block
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function* json(text: Buffer): Generator<Uint8Array> {
  const length = Math.ceil(text.length / 4) * 4
  yield u32(length)
  yield text
  if (length > text.length) yield Buffer.alloc(length - text.length, " ")
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const vectorsOf = (records: ReadonlyArray<VectorRecord>, dimensions: number): Uint8Array => {
  const floats = new Float32Array(records.length * dimensions)
  for (const [i, { vector }] of records.entries()) floats.set(vector, i * dimensions)
  return bytesOf(floats)
}

/** Why bytes are no snapshot that can be read. */
export class Unreadable {
  readonly problem: string
  constructor(problem: string) {
    this.problem = problem
  }
}

/** Reads what `encode` wrote. The vectors are views of the bytes. */
export const decode = (given: Uint8Array): Contents | Unreadable => {
  // Floats are read in place, from a multiple of 4.
  const bytes =
    given.byteOffset % 4 === 0 ? Buffer.from(given.buffer, given.byteOffset, given.length) : Buffer.from(given)
  if (bytes.length < 12 || bytes.toString("latin1", 0, 8) !== magic) {
    return new Unreadable("it is no snapshot of this store")
  }
  const version = bytes.readUInt32LE(8)
  if (version !== formatVersion && version !== 1) {
    return new Unreadable(
      `it has format ${version}, and this version of the store reads formats 1 to ${formatVersion}: use the version that wrote it`,
    )
  }
  const end = bytes.length - 4
  if (end < 16 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) {
    return new Unreadable("it is damaged: its checksum is wrong")
  }
  try {
    return new Reader(bytes, end, version).contents()
  } catch (thrown) {
    return new Unreadable(`it is damaged: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}

class Reader {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #version: number
  #at = 12

  constructor(bytes: Buffer, end: number, version: number) {
    this.#bytes = bytes
    this.#end = end
    this.#version = version
  }

  contents(): Contents {
    const { generation, namespaces } = decodeHead(this.#text())
    return {
      generation,
      namespaces: namespaces.map(({ name, stamp, count, index }) => {
        const { dimensions } = stamp
        const records: Array<VectorRecord> = []
        const slots = new Int32Array(index === undefined ? 0 : count)
        while (records.length < count) {
          const rows = this.#version === 1 ? Math.min(1000, count - records.length) : this.#number()
          if (rows > count - records.length) throw new Error("a block holds more records than its namespace")
          const vectors = new Float32Array(...this.#words(rows * dimensions))
          if (index !== undefined) slots.set(new Int32Array(...this.#words(rows)), records.length)
          // Written by `encode`, and unchanged by its checksum.
          const rest = JSON.parse(this.#text()) as ReadonlyArray<Omit<VectorRecord, "vector">>
          if (rest.length !== rows) throw new Error("a block holds another number of records than it says")
          // Parsed a moment ago and nobody else's: nothing is copied.
          for (const [i, record] of rest.entries())
            records.push(Object.assign(record, { vector: vectors.subarray(i * dimensions, (i + 1) * dimensions) }))
        }
        // Indexes of version 1 find less than those that are made now.
        const kept = this.#version === 1 ? undefined : index
        return { name, stamp, records, ...(kept === undefined ? {} : { index: { kept, slots } }) }
      }),
    }
  }

  /** So many numbers of 4 bytes, as a view. */
  #words(count: number): [ArrayBufferLike, number, number] {
    const at = this.#skip(count * 4)
    return [this.#bytes.buffer, this.#bytes.byteOffset + at, count]
  }

  #number(): number {
    return this.#bytes.readUInt32LE(this.#skip(4))
  }

  #text(): string {
    const length = this.#number()
    const at = this.#skip(length)
    return this.#bytes.toString("utf8", at, at + length)
  }

  #skip(bytes: number): number {
    const at = this.#at
    if (at + bytes > this.#end) throw new Error("it ends too early")
    this.#at += bytes
    return at
  }
}
