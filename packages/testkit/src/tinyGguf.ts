/** Value types of GGUF metadata, by the number that stands in the file. */
const types = { u32: 4, f32: 6, string: 8, array: 9 } as const

type Value =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly string: string }
  | { readonly strings: ReadonlyArray<string> }
  | { readonly floats: ReadonlyArray<number> }
  | { readonly ints: ReadonlyArray<number> }

interface Tensor {
  readonly name: string
  /** Row length first, as ggml counts. */
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
}

const alignment = 32

/** Collects little-endian bytes. */
class Bytes {
  readonly #pieces: Array<Buffer> = []
  length = 0

  push(piece: Buffer): this {
    this.#pieces.push(piece)
    this.length += piece.length
    return this
  }

  u32(value: number): this {
    const piece = Buffer.alloc(4)
    piece.writeUInt32LE(value)
    return this.push(piece)
  }

  i32(value: number): this {
    const piece = Buffer.alloc(4)
    piece.writeInt32LE(value)
    return this.push(piece)
  }

  u64(value: number): this {
    const piece = Buffer.alloc(8)
    piece.writeBigUInt64LE(BigInt(value))
    return this.push(piece)
  }

  f32(value: number): this {
    const piece = Buffer.alloc(4)
    piece.writeFloatLE(value)
    return this.push(piece)
  }

  string(value: string): this {
    const bytes = Buffer.from(value)
    return this.u64(bytes.length).push(bytes)
  }

  value(value: Value): this {
    if ("u32" in value) return this.u32(types.u32).u32(value.u32)
    if ("f32" in value) return this.u32(types.f32).f32(value.f32)
    if ("string" in value) return this.u32(types.string).string(value.string)
    this.u32(types.array)
    if ("strings" in value) {
      this.u32(types.string).u64(value.strings.length)
      for (const item of value.strings) this.string(item)
    } else if ("floats" in value) {
      this.u32(types.f32).u64(value.floats.length)
      for (const item of value.floats) this.f32(item)
    } else {
      this.u32(5).u64(value.ints.length) // 5: i32
      for (const item of value.ints) this.i32(item)
    }
    return this
  }

  pad(): this {
    return this.push(Buffer.alloc((alignment - (this.length % alignment)) % alignment))
  }

  all(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

/** GGUF version 3, as https://github.com/ggml-org/ggml/blob/master/docs/gguf.md describes it. */
const encode = (metadata: Readonly<Record<string, Value>>, tensors: ReadonlyArray<Tensor>): Buffer => {
  const out = new Bytes().push(Buffer.from("GGUF")).u32(3).u64(tensors.length).u64(Object.keys(metadata).length)
  for (const [key, value] of Object.entries(metadata)) out.string(key).value(value)
  let offset = 0
  for (const { name, shape, data } of tensors) {
    out.string(name).u32(shape.length)
    for (const size of shape) out.u64(size)
    out.u32(0).u64(offset) // 0: f32
    offset += Math.ceil(data.byteLength / alignment) * alignment
  }
  out.pad()
  for (const { data } of tensors) out.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).pad()
  return out.all()
}

/** xorshift32: the same weights on every machine. */
const random = (seed: number) => {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32 - 0.5
  }
}

const words = ["the", "and", "of", "to", "in", "is", "it", "that", "was", "for", "you", "with"]

interface Token {
  readonly text: string
  /** 1 normal, 2 unknown, 3 control, 6 byte. */
  readonly type: number
}

const vocabulary: ReadonlyArray<Token> = [
  { text: "<unk>", type: 2 },
  { text: "<s>", type: 3 },
  { text: "</s>", type: 3 },
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
    type: 6,
  })),
  { text: "<|im_start|>", type: 3 },
  { text: "<|im_end|>", type: 3 },
  { text: "▁", type: 1 },
  ...Array.from({ length: 94 }, (_, index) => ({ text: String.fromCharCode(33 + index), type: 1 })),
  ...words.map((word) => ({ text: `▁${word}`, type: 1 })),
]

/** May the model say it of its own accord? Never what ends an answer, nor half a character. */
const sayable = ({ text, type }: Token): boolean => type === 1 || (type === 6 && Number(text.slice(1, -1)) < 0x80)

const chatML = `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

export interface TinyOptions {
  readonly architecture?: string
  readonly seed?: number
  /** Default: a ChatML template. */
  readonly template?: string | null
}

const width = 32
const inner = 64

/**
 * A whole model of 150 kB: llama architecture, one layer of 32 dimensions, 369 tokens of which 256 are bytes, random
 * weights. What it says means nothing, but it is really loaded, decoded, sampled and constrained.
 */
export const tinyGguf = ({
  architecture = "llama",
  seed = 20_240_601,
  template = chatML,
}: TinyOptions = {}): Buffer => {
  const next = random(seed)
  const tensor = (name: string, shape: ReadonlyArray<number>, scale: number): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1)
    return { name, shape, data: Float32Array.from({ length: size }, () => next() * scale) }
  }
  const ones = (name: string): Tensor => ({ name, shape: [width], data: new Float32Array(width).fill(1) })
  const output = tensor("output.weight", [width, vocabulary.length], 4)
  vocabulary.forEach((token, row) => {
    if (!sayable(token)) output.data.fill(0, row * width, (row + 1) * width)
  })
  const tensors = [
    tensor("token_embd.weight", [width, vocabulary.length], 4),
    ones("blk.0.attn_norm.weight"),
    tensor("blk.0.attn_q.weight", [width, width], 1),
    tensor("blk.0.attn_k.weight", [width, width], 1),
    tensor("blk.0.attn_v.weight", [width, width], 1),
    tensor("blk.0.attn_output.weight", [width, width], 1),
    ones("blk.0.ffn_norm.weight"),
    tensor("blk.0.ffn_gate.weight", [width, inner], 1),
    tensor("blk.0.ffn_up.weight", [width, inner], 1),
    tensor("blk.0.ffn_down.weight", [inner, width], 1),
    ones("output_norm.weight"),
    output,
  ]
  const at = (key: string): string => `${architecture}.${key}`
  return encode(
    {
      "general.architecture": { string: architecture },
      "general.name": { string: "tiny" },
      [at("block_count")]: { u32: 1 },
      [at("context_length")]: { u32: 2048 },
      [at("embedding_length")]: { u32: width },
      [at("feed_forward_length")]: { u32: inner },
      [at("attention.head_count")]: { u32: 2 },
      [at("attention.layer_norm_rms_epsilon")]: { f32: 1e-5 },
      [at("rope.dimension_count")]: { u32: width / 2 },
      "tokenizer.ggml.model": { string: "llama" },
      "tokenizer.ggml.tokens": { strings: vocabulary.map(({ text }) => text) },
      "tokenizer.ggml.scores": { floats: vocabulary.map((_, index) => -index) },
      "tokenizer.ggml.token_type": { ints: vocabulary.map(({ type }) => type) },
      "tokenizer.ggml.bos_token_id": { u32: 1 },
      "tokenizer.ggml.eos_token_id": { u32: 2 },
      "tokenizer.ggml.unknown_token_id": { u32: 0 },
      ...(template === null ? {} : { "tokenizer.chat_template": { string: template } }),
    },
    tensors,
  )
}
