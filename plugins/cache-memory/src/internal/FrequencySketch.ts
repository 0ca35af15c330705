const rows = 4
const most = 255

/**
 * How often each key was asked for, also those that are not kept: a count-min sketch whose counts are halved now and then,
 * so that old fame fades (Einziger, Friedman, Manes: TinyLFU, ACM Transactions on Storage 13(4), 2017). It counts too high
 * at times, never too low within a period. Eight bytes or more for each entry of the cache.
 */
export class FrequencySketch {
  readonly #mask: number
  readonly #counts: Uint8Array
  readonly #period: number
  #counted = 0

  constructor(entries: number) {
    const width = 2 ** Math.ceil(Math.log2(Math.max(64, Math.min(entries, 2 ** 22) * 2)))
    this.#mask = width - 1
    this.#counts = new Uint8Array(width * rows)
    this.#period = width * 8
  }

  count(hash: number): void {
    for (let row = 0; row < rows; row++) {
      const at = this.#at(hash, row)
      const count = this.#counts[at] ?? 0
      if (count < most) this.#counts[at] = count + 1
    }
    if (++this.#counted >= this.#period) this.#fade()
  }

  estimate(hash: number): number {
    let least = most
    for (let row = 0; row < rows; row++) least = Math.min(least, this.#counts[this.#at(hash, row)] ?? 0)
    return least
  }

  #at(hash: number, row: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1 + row * 0x3c6ef372)
    return row * (this.#mask + 1) + ((mixed ^ (mixed >>> 16)) & this.#mask)
  }

  #fade(): void {
    this.#counted = 0
    for (let at = 0; at < this.#counts.length; at++) this.#counts[at] = (this.#counts[at] ?? 0) >>> 1
  }
}

/** 32 bits of a key (FNV-1a over its last characters, which of a hash are as good as all). */
export const hashOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = Math.max(0, key.length - 12); at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  return hash
}
