import { damaged, limits, type Reader, scalarBytes } from "./Reader.ts"

/** What a vocabulary of the "llama" kind spells unknown characters with. */
const byteTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`)

/** Lists with one entry a token, and the types that they may have: f32; u32 or i32. */
const besideTokens: ReadonlyArray<readonly [name: string, types: ReadonlyArray<number>]> = [
  ["scores", [6]],
  ["token_type", [4, 5]],
]

interface List {
  readonly type: number
  readonly length: number
}

type Value = number | string | List

/** The keys of a GGUF header; of lists only what kind they are and how long. */
export class Metadata {
  readonly #values = new Map<string, Value>()
  /** The vocabulary, as bytes: two tokens may differ in bytes that are no UTF-8. */
  readonly #tokens = new Set<string>()
  #doubled: string | undefined

  read(reader: Reader): void {
    const key = reader.text(limits.name)
    // The native reader takes a name to end at a NUL, and ends the process at an empty one.
    if (key === "" || key.includes("\0")) throw damaged("a key that is no name")
    const type = reader.u32()
    if (type === 8) this.#values.set(key, reader.text())
    else if (type === 9) this.#values.set(key, this.#list(reader, key))
    else this.#values.set(key, reader.scalar(type))
  }

  #list(reader: Reader, key: string): List {
    const type = reader.u32()
    const length = reader.u64()
    const size = scalarBytes[type]
    if (size !== undefined) reader.skip(size * length)
    else if (type !== 8) throw damaged(`a list of the unknown type ${type}`)
    else if (key === "tokenizer.ggml.tokens") this.#vocabulary(reader, length)
    else for (let i = 0; i < length; i++) reader.skipText()
    return { type, length }
  }

  #vocabulary(reader: Reader, length: number): void {
    for (let i = 0; i < length; i++) {
      const token = reader.text(limits.name, "latin1")
      if (token !== "" && this.#tokens.has(token)) this.#doubled = token
      this.#tokens.add(token)
    }
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key)
    return typeof value === "string" ? value : undefined
  }

  number(key: string): number | undefined {
    const value = this.#values.get(key)
    return typeof value === "number" ? value : undefined
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  /** The native loader reads these lists without looking at their type and length. */
  checkVocabulary(): void {
    const merges = this.#values.get("tokenizer.ggml.merges")
    if (merges !== undefined && (typeof merges !== "object" || merges.type !== 8)) {
      throw damaged("tokenizer.ggml.merges is no list of texts")
    }
    const tokens = this.#values.get("tokenizer.ggml.tokens")
    if (tokens === undefined) return
    if (typeof tokens !== "object" || tokens.type !== 8) throw damaged("its vocabulary is no list of texts")
    for (const [name, types] of besideTokens) {
      const list = this.#values.get(`tokenizer.ggml.${name}`)
      if (list === undefined) continue
      if (typeof list !== "object" || !types.includes(list.type) || list.length < tokens.length) {
        throw damaged(`tokenizer.ggml.${name} does not fit its ${tokens.length} tokens`)
      }
    }
    if (this.#doubled !== undefined) throw damaged(`its vocabulary has the token "${this.#doubled}" twice`)
    const lacking = byteTokens.find((token) => !this.#tokens.has(token))
    if (this.text("tokenizer.ggml.model") === "llama" && lacking !== undefined) {
      throw damaged(`its vocabulary lacks the byte token ${lacking}`)
    }
  }
}
