import { crc32 } from "node:zlib"

/** Words by rank, the most common first, and their vectors as signed bytes with a scale each. */
export interface WordTable {
  /** CRC-32 of the whole table: part of the version, as other vectors are another embedder. */
  readonly checksum: string
  readonly dimensions: number
  readonly size: number
  readonly rankOf: (word: string) => number | undefined
  /** Adds the vector of a rank, times `weight`. */
  readonly addTo: (sums: Float64Array, rank: number, weight: number) => void
}

const magic = "SWV1"
const headBytes = 16
const scaleBytes = 4

/**
 * Reads a table: `SWV1`, then the number of words, of dimensions, and of bytes of the words (unsigned 32 bits each); the
 * scales (32-bit floats), the rows (signed bytes), the words (UTF-8, a line each). Little-endian. Gives what is wrong with it
 * instead, if it is no such table.
 */
export const readWordTable = (bytes: Uint8Array): WordTable | string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headBytes || new TextDecoder("latin1").decode(bytes.subarray(0, 4)) !== magic) {
    return `it does not begin with ${magic}`
  }
  const [count, dimensions, wordBytes] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number]
  const rowsAt = headBytes + count * scaleBytes
  const wordsAt = rowsAt + count * dimensions
  if (wordsAt + wordBytes !== bytes.length)
    return `it has ${bytes.length} bytes, and should have ${wordsAt + wordBytes}`
  const words = new TextDecoder().decode(bytes.subarray(wordsAt)).split("\n")
  if (words.length !== count) return `it has ${words.length} words, and should have ${count}`
  const ranks = new Map(words.map((word, rank) => [word, rank]))
  const rows = new Int8Array(bytes.buffer, bytes.byteOffset + rowsAt, count * dimensions)
  return {
    checksum: crc32(bytes).toString(16).padStart(8, "0"),
    dimensions,
    size: count,
    rankOf: (word) => ranks.get(word),
    addTo: (sums, rank, weight) => {
      const factor = weight * view.getFloat32(headBytes + rank * scaleBytes, true)
      const first = rank * dimensions
      for (let i = 0; i < dimensions; i++) sums[i]! += factor * rows[first + i]!
    },
  }
}
