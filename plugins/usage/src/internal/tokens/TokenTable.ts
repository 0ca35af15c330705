/** At most so much of the table is filled, so that what is looked for stands near its place. */
const filled = 0.4

/** FNV-1a over UTF-16 units. */
const hashOf = (text: string, from: number, to: number): number => {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash ^ (hash >>> 15)
}

/**
 * Which texts are tokens. A set of strings would need a string for each piece that is asked about, and follow a pointer for
 * each that it holds: this compares the units where they stand.
 */
export class TokenTable {
  readonly #units: Uint16Array
  /** Where each token begins in the units; the last is their end. */
  readonly #starts: Int32Array
  /** At a hash the token's index + 1, or 0; the next free place where it is taken. */
  readonly #slots: Int32Array

  constructor(tokens: ReadonlyArray<string>) {
    this.#units = new Uint16Array(tokens.reduce((sum, { length }) => sum + length, 0))
    this.#starts = new Int32Array(tokens.length + 1)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2((tokens.length + 1) / filled)))
    tokens.forEach((token, index) => this.#add(token, index))
  }

  #add(token: string, index: number): void {
    const start = this.#starts[index] ?? 0
    for (let at = 0; at < token.length; at++) this.#units[start + at] = token.charCodeAt(at)
    this.#starts[index + 1] = start + token.length
    let slot = this.#slotOf(token, 0, token.length)
    while (this.#slots[slot] !== 0) slot = this.#after(slot)
    this.#slots[slot] = index + 1
  }

  /** Is this part of a text a token? */
  has(text: string, from: number, to: number): boolean {
    let slot = this.#slotOf(text, from, to)
    for (;;) {
      const index = (this.#slots[slot] ?? 0) - 1
      if (index < 0) return false
      if (this.#is(index, text, from, to)) return true
      slot = this.#after(slot)
    }
  }

  #is(index: number, text: string, from: number, to: number): boolean {
    const units = this.#units
    const start = this.#starts[index] ?? 0
    if ((this.#starts[index + 1] ?? 0) - start !== to - from) return false
    for (let at = from; at < to; at++) if (units[start + at - from] !== text.charCodeAt(at)) return false
    return true
  }

  #slotOf(text: string, from: number, to: number): number {
    return hashOf(text, from, to) & (this.#slots.length - 1)
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1)
  }
}
