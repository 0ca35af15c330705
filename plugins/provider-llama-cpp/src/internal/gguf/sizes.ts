import type { Metadata } from "./Metadata.ts"
import { damaged } from "./Reader.ts"
import type { Shapes } from "./tensors.ts"

/** Architectures that rotate the whole head: llama.cpp ends the process where `rope.dimension_count` is another size. */
const rotatesWholeHead = [
  "baichuan",
  "ernie4_5",
  "exaone",
  "granite",
  "internlm2",
  "llama",
  "minicpm",
  "mistral3",
  "qwen2",
  "qwen3",
  "qwen3moe",
  "smollm3",
  "xverse",
]

/** `LLAMA_MAX_LAYERS`: llama.cpp ends the process at more. */
const maxLayers = 512

/** Names of `llama_rope_scaling_type`: llama.cpp ends the process at any other. */
const ropeScalings = ["none", "linear", "yarn", "longrope"]

/** One model's sizes, by the keys that begin with its architecture, beside its tensors. */
class Sizes {
  readonly #architecture: string
  readonly #metadata: Metadata
  readonly #shapes: Shapes
  readonly #names: ReadonlyArray<string>

  constructor(architecture: string, metadata: Metadata, shapes: Shapes) {
    this.#architecture = architecture
    this.#metadata = metadata
    this.#shapes = shapes
    this.#names = [...shapes.keys()]
  }

  /** A size that is a list, one for each layer, is there but not looked at. */
  #size(name: string): number | undefined {
    return this.#metadata.number(`${this.#architecture}.${name}`)
  }

  /** A size that something is made of: there, and not 0. */
  #need(name: string, optional = false): void {
    const key = `${this.#architecture}.${name}`
    if (!this.#metadata.has(key)) {
      if (!optional) throw damaged(`its metadata lacks ${key}`)
    } else if (this.#size(name) === 0) throw damaged(`${key} is 0`)
  }

  #some(tensor: RegExp): string | undefined {
    return this.#names.find((name) => tensor.test(name))
  }

  #differs(tensor: string | undefined, dimension: number, expected: number | undefined): boolean {
    const sizes = tensor === undefined ? undefined : this.#shapes.get(tensor)
    return sizes !== undefined && expected !== undefined && sizes[dimension] !== expected
  }

  check(): void {
    for (const name of ["context_length", "embedding_length", "block_count"]) this.#need(name)
    if ((this.#size("block_count") ?? 0) > maxLayers) throw this.#odd("block_count")
    if (this.#differs("token_embd.weight", 0, this.#size("embedding_length"))) throw this.#unlike()
    this.#layers()
    this.#experts()
    if (this.#some(/\bblk\.\d+\.attn_(q|k|qkv|output)\.weight$/) !== undefined) this.#attention()
    for (const name of ["attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"]) {
      const epsilon = this.#size(name) ?? 0
      if (!(epsilon >= 0 && epsilon < 1)) throw this.#odd(name)
    }
    const scaling = this.#metadata.text(`${this.#architecture}.rope.scaling.type`)
    if (scaling !== undefined && !ropeScalings.includes(scaling)) throw this.#odd("rope.scaling.type")
  }

  #layers(): void {
    const dense = this.#some(/\bblk\.\d+\.ffn_(up|down)\.weight$/) !== undefined
    const experts = this.#some(/\bblk\.\d+\.ffn_(up|down)_exps\.weight$/) !== undefined
    const ownSize = this.#metadata.has(`${this.#architecture}.expert_feed_forward_length`)
    if (dense || (experts && !ownSize)) this.#need("feed_forward_length")
    if (this.#architecture !== "llama") return
    const last = `blk.${(this.#size("block_count") ?? 0) - 1}.attn_norm.weight`
    const odd = this.#differs("blk.0.ffn_up.weight", 1, this.#size("feed_forward_length"))
    if (odd || !this.#shapes.has(last)) throw this.#unlike()
  }

  #experts(): void {
    const all = this.#size("expert_count") ?? 0
    const used = this.#size("expert_used_count") ?? 0
    if (used > all || (all > 0 && used === 0)) throw this.#odd("expert_used_count")
    if (this.#differs(this.#some(/\bblk\.\d+\.ffn_gate_inp\.weight$/), 1, all)) throw this.#unlike()
  }

  #attention(): void {
    this.#need("attention.head_count")
    for (const name of ["attention.key_length", "attention.value_length", "attention.head_count_kv"]) {
      this.#need(name, true)
    }
    const heads = this.#size("attention.head_count")
    const width = this.#size("embedding_length")
    if (heads === undefined || width === undefined) return
    const head = this.#size("attention.key_length") ?? Math.floor(width / heads)
    if (head < 1) throw this.#unlike()
    const rotated = this.#size("rope.dimension_count") ?? head
    const part = !rotatesWholeHead.includes(this.#architecture)
    if (part ? rotated > head || rotated % 2 !== 0 : rotated !== head) throw this.#odd("rope.dimension_count")
  }

  #unlike() {
    return damaged("the sizes in its metadata are not those of its tensors")
  }

  #odd(name: string) {
    return damaged(`${this.#architecture}.${name} cannot be what it is`)
  }
}

/**
 * Do the sizes in the metadata fit each other and the tensors? Of whatever architecture: what is asked for is what the
 * tensors that are there are made of. Sizes that are missing or 0 are an assertion in the native loader, which ends the
 * process; most others it refuses itself.
 */
export const checkSizes = (architecture: string, metadata: Metadata, shapes: Shapes): void =>
  new Sizes(architecture, metadata, shapes).check()
