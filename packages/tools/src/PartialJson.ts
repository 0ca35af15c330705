type Container = Array<unknown> | { [key: string]: unknown }

/** An open array or object, and the place in it that is being written. */
interface Frame {
  readonly value: Container
  key: string | number
}

type State =
  | "start"
  | "fence"
  | "value"
  | "first"
  | "key"
  | "colon"
  | "next"
  | "text"
  | "name"
  | "word"
  | "done"
  | "broken"

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}
const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const maxDepth = 512

/**
 * Reads JSON while it is being written. Each character is looked at once, so a whole answer costs time in proportion to its
 * length. A text shows as far as it has come; a number or a word (`true`) when it is whole; a key when its value has begun.
 * A code fence around the JSON is passed over. Anything else that is not JSON ends the reading: what was there stays.
 */
export class PartialJson {
  #state: State = "start"
  readonly #open: Array<Frame> = []
  #root: unknown
  #token = ""
  /** The beginning of an escape whose end has not come. */
  #escape = ""
  #changed = false

  /** Is the value whole? */
  get complete(): boolean {
    return this.#state === "done"
  }

  /** Reads on. True when there is more to see than before. */
  push(chunk: string): boolean {
    this.#changed = false
    let at = 0
    while (at < chunk.length && this.#state !== "done" && this.#state !== "broken") {
      at = this.#state === "text" || this.#state === "name" ? this.#string(chunk, at) : this.#step(chunk, at)
    }
    if (this.#state === "text") this.#showText()
    return this.#changed
  }

  /** No more comes: a number that stands alone is whole then. True when the value is whole. */
  end(): boolean {
    if (this.#state === "word") this.#word()
    return this.complete
  }

  /**
   * The value so far; `undefined` before its first character. A snapshot: what is read later does not change it, and it
   * shares with the next one all that was complete.
   */
  value(): unknown {
    let child: unknown
    for (let depth = this.#open.length - 1; depth >= 0; depth--) {
      const frame = this.#open[depth]
      if (frame === undefined) continue
      const copy = Array.isArray(frame.value) ? [...frame.value] : { ...frame.value }
      if (child !== undefined) assign(copy, frame.key, child)
      child = copy
    }
    return child ?? this.#root
  }

  /** One character outside of a text. Gives where to go on. */
  #step(chunk: string, at: number): number {
    const char = chunk.charAt(at)
    if (this.#state === "fence") {
      if (char === "\n") this.#state = "start"
      return at + 1
    }
    if (this.#state === "word") {
      if (/[-+.\w]/.test(char)) this.#token += char
      else return (this.#word(), at)
      return at + 1
    }
    if (char === " " || char === "\n" || char === "\t" || char === "\r") return at + 1
    this.#mark(char)
    return at + 1
  }

  /** One character of the structure. */
  #mark(char: string): void {
    const frame = this.#open.at(-1)
    const inArray = frame !== undefined && Array.isArray(frame.value)
    switch (this.#state) {
      case "start":
        if (char === "`") this.#state = "fence"
        else this.#begin(char)
        return
      case "value":
        return this.#begin(char)
      case "first":
        if (char === (inArray ? "]" : "}")) return this.#close()
        return inArray ? this.#begin(char) : this.#key(char)
      case "key":
        return this.#key(char)
      case "colon":
        this.#state = char === ":" ? "value" : "broken"
        return
      default:
        if (char === (inArray ? "]" : "}")) return this.#close()
        if (char !== "," || frame === undefined) return void (this.#state = "broken")
        if (typeof frame.key === "number") frame.key++
        this.#state = inArray ? "value" : "key"
    }
  }

  #key(char: string): void {
    this.#state = char === '"' ? "name" : "broken"
    this.#token = ""
  }

  #begin(char: string): void {
    if (char === "{" || char === "[") return this.#enter(char === "[" ? [] : {})
    this.#state = char === '"' ? "text" : /[-\dtfn]/.test(char) ? "word" : "broken"
    this.#token = char === '"' ? "" : char
  }

  #enter(value: Container): void {
    this.#put(value)
    this.#open.push({ value, key: Array.isArray(value) ? 0 : "" })
    this.#state = this.#open.length > maxDepth ? "broken" : "first"
  }

  #close(): void {
    this.#open.pop()
    this.#state = this.#open.length === 0 ? "done" : "next"
  }

  #put(value: unknown): void {
    const frame = this.#open.at(-1)
    if (frame === undefined) this.#root = value
    else assign(frame.value, frame.key, value)
    this.#changed = true
  }

  /** A number or a word has ended. */
  #word(): void {
    const known = Object.hasOwn(words, this.#token)
    if (!known && !number.test(this.#token)) return void (this.#state = "broken")
    this.#put(known ? words[this.#token] : Number(this.#token))
    this.#state = this.#open.length === 0 ? "done" : "next"
  }

  /** Characters of a text, up to its end or the end of the chunk. */
  #string(chunk: string, from: number): number {
    let at = from
    while (at < chunk.length) {
      if (this.#escape !== "") {
        this.#escaped(chunk.charAt(at++))
        if (this.#state === "broken") return at
        continue
      }
      const start = at
      while (at < chunk.length && chunk.charCodeAt(at) !== 34 && chunk.charCodeAt(at) !== 92) at++
      this.#token += chunk.slice(start, at)
      if (at === chunk.length) return at
      if (chunk.charCodeAt(at++) === 34) {
        this.#endOfString()
        return at
      }
      this.#escape = "\\"
    }
    return at
  }

  #escaped(char: string): void {
    this.#escape += char
    if (this.#escape.length === 2 && char === "u") return
    if (this.#escape.length === 2) {
      const plain = escapes[char]
      if (plain === undefined) this.#state = "broken"
      this.#token += plain ?? ""
    } else {
      if (!/[\da-fA-F]/.test(char)) return void (this.#state = "broken")
      if (this.#escape.length < 6) return
      this.#token += String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16))
    }
    this.#escape = ""
  }

  #endOfString(): void {
    const frame = this.#open.at(-1)
    if (this.#state === "name" && frame !== undefined) {
      frame.key = this.#token
      this.#state = "colon"
    } else {
      this.#put(this.#token)
      this.#state = this.#open.length === 0 ? "done" : "next"
    }
  }

  /** The first half of a pair is no character yet. */
  #showText(): void {
    const last = this.#token.charCodeAt(this.#token.length - 1)
    this.#put(last >= 0xd800 && last <= 0xdbff ? this.#token.slice(0, -1) : this.#token)
  }
}

/** As `JSON.parse` does it: `__proto__` is a field like any other. */
const assign = (container: Container, key: string | number, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
  } else if (Array.isArray(container)) container[Number(key)] = value
  else container[key] = value
}
