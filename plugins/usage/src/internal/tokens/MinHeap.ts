/** A binary heap of numbers, the least first. */
export class MinHeap {
  #items = new Float64Array(1024)
  #size = 0

  push(item: number): void {
    if (this.#size === this.#items.length) {
      const larger = new Float64Array(this.#items.length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    const items = this.#items
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent] ?? 0
      if (above <= item) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined
    const items = this.#items
    const least = items[0]
    const last = items[--this.#size] ?? 0
    this.#sink(last)
    return least
  }

  #sink(item: number): void {
    const items = this.#items
    const size = this.#size
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (items[child + 1] ?? 0) < (items[child] ?? 0)) child++
      const below = items[child] ?? 0
      if (below >= item) break
      items[at] = below
      at = child
    }
    items[at] = item
  }
}
