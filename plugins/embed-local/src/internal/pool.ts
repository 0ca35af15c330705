import type { Pooling } from "./modelFolder.ts"
import type { Tensor } from "./transformers.ts"

/** The vector of each text, out of those of its tokens: `[texts, tokens, dimensions]`; padding does not count. */
export const pool = (hidden: Tensor, mask: Tensor, pooling: Pooling): ReadonlyArray<Float32Array> => {
  const [texts = 0, tokens = 0, dimensions = 0] = hidden.dims
  return Array.from({ length: texts }, (_, text) => {
    const counts = (token: number): boolean => Number(mask.data[text * tokens + token]) > 0
    const vector = new Float32Array(dimensions)
    const add = (token: number): void => {
      const at = (text * tokens + token) * dimensions
      for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] ?? 0) + Number(hidden.data[at + i])
    }
    const used = Array.from({ length: tokens }, (__, token) => token).filter(counts)
    if (pooling === "cls") add(used[0] ?? 0)
    else if (pooling === "last") add(used.at(-1) ?? 0)
    else {
      for (const token of used) add(token)
      for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] ?? 0) / Math.max(1, used.length)
    }
    return vector
  })
}

/** Of models that pool by themselves: `[texts, dimensions]`. */
export const rowsOf = ({ dims: [texts = 0, dimensions = 0], data }: Tensor): ReadonlyArray<Float32Array> =>
  Array.from({ length: texts }, (_, text) =>
    Float32Array.from({ length: dimensions }, (__, i) => Number(data[text * dimensions + i])),
  )
