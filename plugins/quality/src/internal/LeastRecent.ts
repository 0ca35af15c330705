/** A map of bounded size: what was used longest ago goes first. */
export class LeastRecent<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value, without counting as use. */
  peek(key: string): V | undefined {
    return this.#entries.get(key)
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** The value, made where there is none; the oldest goes where there is no room. */
  getOr(key: string, make: () => V): V {
    const found = this.get(key)
    if (found !== undefined) return found
    const value = make()
    this.set(key, value)
    return value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#capacity) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  entries(): ReadonlyArray<readonly [string, V]> {
    return [...this.#entries]
  }

  values(): ReadonlyArray<V> {
    return [...this.#entries.values()]
  }
}
