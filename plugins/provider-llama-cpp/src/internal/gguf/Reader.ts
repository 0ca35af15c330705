/** Thrown when the header goes on beyond the bytes at hand. */
export const outOfBytes = Symbol("out of bytes")

/** Thrown where the file is wrong; said of "it", with what to do. */
export class Fault {
  readonly fault: string
  constructor(fault: string) {
    this.fault = fault
  }
}

export const damaged = (what: string): Fault =>
  new Fault(`is damaged (${what}): download or convert it again and compare its checksum`)

/** Bytes of a scalar of each metadata type; 8 is a string, 9 an array. */
export const scalarBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}

/** Longest name of a key or tensor, and most of either: far above what any model has. */
export const limits = { name: 65_535, keys: 100_000, tensors: 100_000 }

/** Reads the little-endian values of a GGUF header one after the other. */
export class Reader {
  at = 0
  readonly #bytes: Buffer
  readonly #fileSize: number

  constructor(bytes: Buffer, fileSize: number) {
    this.#bytes = bytes
    this.#fileSize = fileSize
  }

  /** Moves on; what lies beyond the end of the file is a fault, beyond the bytes at hand a wish for more. */
  #take(length: number): number {
    const start = this.at
    if (length > this.#fileSize - start) throw new Fault("is cut short: its header does not end. Download it again")
    if (start + length > this.#bytes.length) throw outOfBytes
    this.at += length
    return start
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  u64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.#take(8)))
  }

  text(longest = Infinity, encoding: BufferEncoding = "utf8"): string {
    const length = this.u64()
    if (length > longest) throw damaged(`a name of ${length} bytes`)
    const start = this.#take(length)
    return this.#bytes.toString(encoding, start, start + length)
  }

  skipText(): void {
    this.#take(this.u64())
  }

  skip(length: number): void {
    this.#take(length)
  }

  scalar(type: number): number {
    const size = scalarBytes[type]
    if (size === undefined) throw damaged(`metadata of the unknown type ${type}`)
    const start = this.#take(size)
    if (type === 6) return this.#bytes.readFloatLE(start)
    if (type === 12) return this.#bytes.readDoubleLE(start)
    if (size === 8) return Number(this.#bytes.readBigUInt64LE(start))
    return this.#bytes.readUIntLE(start, size)
  }
}
