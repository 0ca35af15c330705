import { blockSizes } from "./ggml.ts"
import { damaged, Fault, limits, type Reader } from "./Reader.ts"

/** The sizes of each tensor by its name, row length first. */
export type Shapes = Map<string, ReadonlyArray<number>>

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
