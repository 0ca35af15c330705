import type { CallContext } from "@switchyard/core"

/** So many are remembered; a call that began before all of them may have been meant by one that is forgotten. */
const most = 256

/** What was dropped lately: an answer that was asked for before must not be kept after. */
export class Invalidations<Kept> {
  readonly #began = new WeakMap<CallContext, number>()
  #dropped: Array<(kept: Kept) => boolean> = []
  /** How many came before those that are remembered. */
  #forgotten = 0

  get #count(): number {
    return this.#forgotten + this.#dropped.length
  }

  /** From now on, what is dropped is dropped for the answer of this call too. A call asks after its last look-up. */
  began(context: CallContext): void {
    this.#began.set(context, this.#count)
  }

  add(isDropped: (kept: Kept) => boolean): void {
    this.#dropped.push(isDropped)
    if (this.#dropped.length <= most) return
    this.#dropped.shift()
    this.#forgotten++
  }

  /** Would it have been dropped, had it been there when its call began? */
  isOutdated(kept: Kept, context: CallContext): boolean {
    const began = this.#began.get(context) ?? this.#count
    if (began < this.#forgotten) return true
    return began < this.#count && this.#dropped.slice(began - this.#forgotten).some((isDropped) => isDropped(kept))
  }
}
