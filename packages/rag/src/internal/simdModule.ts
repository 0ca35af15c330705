/**
 * The dot products of one query with many rows, in WebAssembly SIMD. Assembled from:
 *
 *   (memory (export "memory") 1)
 *   (func (export "scan") (param $query i32) (param $row i32) (param $rows i32) (param $stride i32) (param $out i32))
 *   for each row: four f32x4 accumulators a, b, c, d over 64 bytes at a time (f32x4.mul, f32x4.add);
 *                 a = (a + b) + (c + d); out = (a0 + a1) + (a2 + a3); out += 4
 *
 * All parameters but `rows` are bytes. A row and the query are `stride` bytes long, a multiple of 64, not 0.
 */
const code =
  "AGFzbQEAAAABCQFgBX9/f39/AAMCAQAFAwEAAQcRAgZtZW1vcnkCAARzY2FuAAAK9QEB8gECA38EeyAEIAJBAnRqIQUCQANAIAQgBU8NAf0M" +
  "AAAAAAAAAAAAAAAAAAAAACEIIAghCSAIIQogCCELIAAhBiABIANqIQcDQCAIIAH9AAQAIAb9AAQA/eYB/eQBIQggCSAB/QAEECAG/QAEEP3m" +
  "Af3kASEJIAogAf0ABCAgBv0ABCD95gH95AEhCiALIAH9AAQwIAb9AAQw/eYB/eQBIQsgBkHAAGohBiABQcAAaiEBIAEgB0kNAAsgCCAJ/eQB" +
  "IAogC/3kAf3kASEIIAQgCP0fACAI/R8BkiAI/R8CIAj9HwOSkjgCACAEQQRqIQQMAAsLCw=="

export interface Simd {
  readonly memory: WebAssembly.Memory
  readonly scan: (query: number, row: number, rows: number, stride: number, out: number) => void
}

/** An instance with a memory of its own. Throws where WebAssembly or its SIMD is missing or forbidden. */
export const instantiateSimd = (): Simd => {
  const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0))
  const { memory, scan } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  // The types of exports are what the module above says.
  return { memory: memory as WebAssembly.Memory, scan: scan as unknown as Simd["scan"] }
}
