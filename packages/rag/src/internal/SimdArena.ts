import { type Arena, blockFloats, dot, lane } from "./Arena.ts"
import { makePlainArena } from "./PlainArena.ts"
import { instantiateSimd, type Simd } from "./simdModule.ts"

const pageBytes = 65_536
const floatBytes = 4
const queryAt = 0
const scoresAt = pageBytes
const firstBlock = 2

/** Blocks are the pages of the module's memory. Page 0 is the query, page 1 the scores. */
const makeSimdArena = ({ memory, scan }: Simd): Arena => {
  const unused: Array<number> = []
  let next = firstBlock
  let floats = new Float32Array(memory.buffer)
  let stride = 0
  const pages = (): number => memory.buffer.byteLength / pageBytes
  /** Grows by a quarter at a time; growing leaves all views of the memory empty. */
  const grow = (): boolean => {
    for (const more of [Math.max(firstBlock + 14, pages() >> 2), 1]) {
      try {
        memory.grow(more)
        floats = new Float32Array(memory.buffer)
        return true
      } catch {
        // The engine gives no more: a smaller step may still fit.
      }
    }
    return false
  }
  const room = grow()
  return {
    kind: "wasm-simd",
    bytes: () => memory.buffer.byteLength,
    allocate: () => {
      const free = unused.pop()
      if (free !== undefined) return free
      if (!room || (next >= pages() && !grow())) return undefined
      return next++
    },
    free: (block) => void unused.push(block),
    view: (block) => floats.subarray(block * blockFloats, (block + 1) * blockFloats),
    load: (query) => {
      floats.set(query, queryAt)
      stride = query.length
    },
    scan: (block, rows) => {
      scan(queryAt, block * pageBytes, rows, stride * floatBytes, scoresAt)
      return floats.subarray(scoresAt / floatBytes, scoresAt / floatBytes + rows)
    },
  }
}

/** Does it compute what the loop in JavaScript does? Odd sizes, both signs, more rows than one. */
const agrees = (arena: Arena): boolean => {
  const block = arena.allocate()
  if (block === undefined) return false
  for (const stride of [lane, 7 * lane]) {
    const rows = 5
    const query = Float32Array.from({ length: stride }, (_, i) => ((i * 7) % 11) - 5)
    arena.view(block).set(Float32Array.from({ length: rows * stride }, (_, i) => ((i * 5) % 13) / 4 - 1.5))
    arena.load(query)
    const floats = arena.view(block)
    const scores = arena.scan(block, rows)
    for (let row = 0; row < rows; row++) {
      // Small multiples of 1/4: both ways are exact.
      if (scores[row] !== dot(query, floats, row * stride, stride)) return false
    }
  }
  arena.free(block)
  return true
}

/** With SIMD where it is there and computes what it should, else without. */
export const makeFastestArena = (): Arena => {
  try {
    const arena = makeSimdArena(instantiateSimd())
    if (agrees(arena)) return arena
  } catch {
    // No WebAssembly, no SIMD, or code generation is forbidden.
  }
  return makePlainArena()
}
