import { inspect } from "node:util"

type HeaderValues = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const refuse = (): never => {
  throw new TypeError("The headers of a response cannot be changed")
}

const joined = (value: string | ReadonlyArray<string>): string => (typeof value === "string" ? value : value.join(", "))

/**
 * The headers of a response as a read-only `Headers`, straight over the record that undici parsed. Building a platform
 * `Headers` costs several microseconds a call, and an SDK reads two or three names of it.
 */
export class ResponseHeaders implements Headers {
  readonly #values: HeaderValues
  #entries: ReadonlyArray<[string, string]> | undefined

  constructor(values: HeaderValues) {
    this.#values = values
  }

  get(name: string): string | null {
    const key = name.toLowerCase()
    const value = Object.hasOwn(this.#values, key) ? this.#values[key] : undefined
    return value === undefined ? null : joined(value)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  getSetCookie(): Array<string> {
    const value = this.#values["set-cookie"]
    if (value === undefined) return []
    return typeof value === "string" ? [value] : [...value]
  }

  append(): void {
    refuse()
  }

  delete(): void {
    refuse()
  }

  set(): void {
    refuse()
  }

  forEach(callback: (value: string, name: string, parent: Headers) => void, self?: unknown): void {
    for (const [name, value] of this.#sorted()) callback.call(self, value, name, this)
  }

  entries(): HeadersIterator<[string, string]> {
    return this.#sorted()
      .map(([name, value]): [string, string] => [name, value])
      .values()
  }

  keys(): HeadersIterator<string> {
    return this.#sorted()
      .map(([name]) => name)
      .values()
  }

  values(): HeadersIterator<string> {
    return this.#sorted()
      .map(([, value]) => value)
      .values()
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries()
  }

  [inspect.custom](): string {
    return `Headers ${inspect(Object.fromEntries(this.#sorted()))}`
  }

  /** As the platform orders them: by name, each `set-cookie` on its own. */
  #sorted(): ReadonlyArray<[string, string]> {
    return (this.#entries ??= Object.keys(this.#values)
      .toSorted()
      .flatMap((name) => this.#pairs(name)))
  }

  #pairs(name: string): Array<[string, string]> {
    const value = this.#values[name]
    if (value === undefined) return []
    if (name === "set-cookie") return this.getSetCookie().map((cookie): [string, string] => [name, cookie])
    return [[name, joined(value)]]
  }
}

// `instanceof Headers` holds without running the platform's constructor; every inherited member is overridden above.
Object.setPrototypeOf(ResponseHeaders.prototype, Headers.prototype)
