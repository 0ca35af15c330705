import { type Arena, blockFloats, dot, lane } from "./Arena.ts"

/** Blocks in ordinary memory and the loop in JavaScript: runs anywhere. */
export const makePlainArena = (): Arena => {
  const blocks: Array<Float32Array> = []
  const unused: Array<number> = []
  const scores = new Float32Array(blockFloats / lane)
  let query = new Float32Array(0)
  const view = (block: number): Float32Array => blocks[block] ?? scores.subarray(0, 0)
  return {
    kind: "plain",
    bytes: () => blocks.length * blockFloats * Float32Array.BYTES_PER_ELEMENT,
    allocate: () => unused.pop() ?? blocks.push(new Float32Array(blockFloats)) - 1,
    free: (block) => void unused.push(block),
    view,
    load: (vector) => {
      query = vector.slice()
    },
    scan: (block, rows) => {
      const floats = view(block)
      const stride = query.length
      for (let row = 0; row < rows; row++) scores[row] = dot(query, floats, row * stride, stride)
      return scores
    },
  }
}
