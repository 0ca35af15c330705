/** What is sent at once, in bytes. */
const most = 2 ** 18

/** Pieces of a few KiB as one: a message to another thread costs more than its bytes. */
export class Gathered {
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void
  #pieces: Array<Uint8Array> = []
  #size = 0

  constructor(send: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece.slice())
    this.#size += piece.length
    if (this.#size >= most) this.flush()
  }

  flush(): void {
    if (this.#size === 0) return
    const bytes = new Uint8Array(this.#size)
    let at = 0
    for (const piece of this.#pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    this.#size = 0
    this.#send(bytes)
  }
}
