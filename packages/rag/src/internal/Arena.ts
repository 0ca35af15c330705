/** Blocks of vectors, and the dot products of a query with them. Addresses are in floats. */
export interface Arena {
  readonly kind: "wasm-simd" | "plain"
  /** Bytes that it holds, used or free. */
  readonly bytes: () => number
  /** A block of `blockFloats` floats, or `undefined` when there is no more memory. */
  readonly allocate: () => number | undefined
  readonly free: (block: number) => void
  /** The floats of a block. Valid until the next `allocate`. */
  readonly view: (block: number) => Float32Array
  /** Sets the query of the scans that follow. Its length is the stride: a multiple of 16. */
  readonly load: (query: Float32Array) => void
  /** The dot product of the query with each of the first `rows` rows. Valid until the next scan. */
  readonly scan: (block: number, rows: number) => Float32Array
}

/** 64 KiB: small, so that a store may have thousands of namespaces; large enough that a call per block costs nothing. */
export const blockFloats = 16_384
/** Rows are padded with zeros to a multiple of this, so that no loop has a rest. */
export const lane = 16
export const maxDimensions = blockFloats

export const strideOf = (dimensions: number): number => Math.ceil(dimensions / lane) * lane

/** The dot product of `a` with `stride` floats of `b` from `at`. */
export const dot = (a: Float32Array, b: Float32Array, at: number, stride: number): number => {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < stride; i += 4) {
    s0 += a[i]! * b[at + i]!
    s1 += a[i + 1]! * b[at + i + 1]!
    s2 += a[i + 2]! * b[at + i + 2]!
    s3 += a[i + 3]! * b[at + i + 3]!
  }
  return s0 + s1 + (s2 + s3)
}
