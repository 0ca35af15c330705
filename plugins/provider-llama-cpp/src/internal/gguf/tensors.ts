import { blockSizes } from "./ggml.ts"
import type { Metadata } from "./Metadata.ts"
import { damaged, Fault, limits, type Reader } from "./Reader.ts"

/** The sizes of each tensor by its name, row length first. */
type Shapes = Map<string, ReadonlyArray<number>>

/** Reads one tensor's entry; gives where its data ends, counted from where that of the first begins. */
const readTensor = (reader: Reader, expected: number, shapes: Shapes): number | undefined => {
  const name = reader.text(limits.name)
  const dimensions = reader.u32()
  if (dimensions < 1 || dimensions > 4) throw damaged(`the tensor "${name.slice(0, 64)}" has ${dimensions} dimensions`)
  const sizes = Array.from({ length: dimensions }, () => reader.u64())
  const type = reader.u32()
  const offset = reader.u64()
  shapes.set(name, sizes)
  const weights = sizes.reduce((a, b) => a * b, 1)
  const block = blockSizes[type]
  if (weights < 1 || !Number.isSafeInteger(weights)) throw damaged(`the tensor "${name.slice(0, 64)}" has no sane size`)
  if (block === undefined) return undefined
  if ((sizes[0] ?? 0) % block[0] !== 0 || (!Number.isNaN(expected) && offset !== expected)) {
    throw damaged(`the tensor "${name.slice(0, 64)}" is not where it should be`)
  }
  return offset + (weights / block[0]) * block[1]
}

/** Reads all entries, and checks that the file holds what they promise. */
export const readTensors = (reader: Reader, count: number, alignment: number, fileSize: number): Shapes => {
  const shapes: Shapes = new Map()
  const aligned = (at: number): number => Math.ceil(at / alignment) * alignment
  let expected = 0
  let lastEnd = 0
  for (let i = 0; i < count; i++) {
    const end = readTensor(reader, expected, shapes)
    // After a type of unknown size nobody can say where the next one should be.
    expected = end === undefined ? Number.NaN : aligned(end)
    lastEnd = Math.max(lastEnd, end ?? 0)
  }
  const missing = aligned(reader.at) + lastEnd - fileSize
  if (count > 0 && missing > 0) {
    throw new Fault(`is cut short: ${missing} bytes of its weights are missing. Download it again`)
  }
  return shapes
}

const required = ["embedding_length", "block_count", "feed_forward_length", "attention.head_count"]

/**
 * Of the "llama" architecture (Llama, Mistral): do the sizes in the metadata fit the tensors? Sizes that do not are an
 * assertion in the native loader. What other architectures have where is left to it.
 */
export const checkSizes = (metadata: Metadata, shapes: Shapes): void => {
  const lacking = required.find((name) => !metadata.has(`llama.${name}`))
  if (lacking !== undefined) throw damaged(`its metadata lacks llama.${lacking}`)
  // A size that is a list, one for each layer, is not looked at.
  const size = (name: string): number | undefined => metadata.number(`llama.${name}`)
  const heads = size("attention.head_count") ?? 1
  const isSize = (tensor: string, dimension: number, expected: number | undefined): boolean => {
    const sizes = shapes.get(tensor)
    return sizes === undefined || expected === undefined || sizes[dimension] === expected
  }
  const fits =
    isSize("token_embd.weight", 0, size("embedding_length")) &&
    isSize("blk.0.ffn_up.weight", 1, size("feed_forward_length")) &&
    shapes.has(`blk.${(size("block_count") ?? 0) - 1}.attn_norm.weight`) &&
    heads > 0 &&
    heads <= (size("embedding_length") ?? 0)
  if (!fits) throw damaged("the sizes in its metadata are not those of its tensors")
  const epsilon = size("attention.layer_norm_rms_epsilon") ?? 0
  const rotated = size("rope.dimension_count") ?? 0
  if (!(epsilon >= 0 && epsilon < 1) || rotated > (size("embedding_length") ?? 0) / heads || rotated % 2 !== 0) {
    throw damaged("numbers in its metadata that cannot be")
  }
}
