import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

// A sentence model that does nothing but look its tokens up: real ONNX, in a few hundred bytes. Field numbers are those of
// onnx.proto3.
const varint = (value: number): Buffer => {
  const out: Array<number> = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...out, left])
    out.push((left % 128) + 128)
  }
}
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)])
const bytes = (field: number, value: Buffer | string): Buffer => {
  const data = Buffer.from(value)
  return Buffer.concat([varint(field * 8 + 2), varint(data.length), data])
}
const all = (...parts: ReadonlyArray<Buffer>): Buffer => Buffer.concat(parts)

const [float, int64] = [1, 7]
const valueInfo = (name: string, type: number, dims: ReadonlyArray<number | string>): Buffer => {
  const shape = dims.map((dim) => bytes(1, typeof dim === "string" ? bytes(2, dim) : number(1, dim)))
  return all(bytes(1, name), bytes(2, bytes(1, all(number(1, type), bytes(2, all(...shape))))))
}

export const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "dog", "sat", "ran", "query", ":"]
export const dimensions = 8
export const window = 16

/** What the model knows of each word. */
export const table = Float32Array.from({ length: words.length * dimensions }, (_, i) => Math.sin(i * 1.7 + 1))

const model = (): Buffer => {
  const gather = all(bytes(1, "table"), bytes(1, "input_ids"), bytes(2, "last_hidden_state"), bytes(4, "Gather"))
  const weights = all(
    number(1, words.length),
    number(1, dimensions),
    number(2, float),
    bytes(8, "table"),
    bytes(9, Buffer.from(table.buffer)),
  )
  const shape = ["batch", "sequence"]
  const graph = all(
    bytes(1, gather),
    bytes(2, "tiny"),
    bytes(5, weights),
    bytes(11, valueInfo("input_ids", int64, shape)),
    bytes(11, valueInfo("attention_mask", int64, shape)),
    bytes(12, valueInfo("last_hidden_state", float, [...shape, dimensions])),
  )
  return all(number(1, 8), bytes(7, graph), bytes(8, all(bytes(1, ""), number(2, 13))))
}

const special = (id: string, at: number) => ({ [id]: { id, ids: [at], tokens: [id] } })

const tokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: words.slice(0, 4).map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { ...special("[CLS]", 2), ...special("[SEP]", 3) },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
}

/** Writes the model's folder. */
export const writeTinyModel = (folder: string): void => {
  mkdirSync(join(folder, "onnx"), { recursive: true })
  mkdirSync(join(folder, "1_Pooling"), { recursive: true })
  writeFileSync(join(folder, "onnx", "model.onnx"), model())
  const json = (file: string, value: unknown) => writeFileSync(join(folder, file), JSON.stringify(value))
  json("config.json", { model_type: "bert", hidden_size: dimensions, max_position_embeddings: window })
  json("tokenizer_config.json", {
    tokenizer_class: "BertTokenizer",
    model_max_length: window,
    pad_token: "[PAD]",
    unk_token: "[UNK]",
    cls_token: "[CLS]",
    sep_token: "[SEP]",
  })
  json("tokenizer.json", tokenizer)
  json(join("1_Pooling", "config.json"), { pooling_mode_mean_tokens: true, pooling_mode_cls_token: false })
}
