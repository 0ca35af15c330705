/** (0.01 x 255)² and (0.03 x 255)²: the constants of the paper, for 8-bit values. */
const C1 = 6.5025
const C2 = 58.5225

/** Side of the blocks that are summed once; a window is two by two of them. */
const block = 4

/**
 * Structural similarity of two greyscale images of one size, 8 bits a pixel: the mean over 8 x 8 windows four pixels apart.
 * 1 is identical. Images under eight pixels on a side are one window.
 *
 * Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural similarity", 2004,
 * with plain windows in place of Gaussian ones, as video encoders measure it.
 */
export const ssim = (a: Uint8Array, b: Uint8Array, width: number, height: number): number => {
  const columns = Math.floor(width / block)
  const rows = Math.floor(height / block)
  if (columns < 2 || rows < 2) return ofOneWindow(a, b, width * height)
  // Two rows of sums, used in turns: no garbage, of which a large image would make many megabytes.
  let above = new Float64Array(columns * 4)
  let below = new Float64Array(columns * 4)
  addBlocks(a, b, width, 0, above)
  let total = 0
  for (let row = 1; row < rows; row++) {
    below.fill(0)
    addBlocks(a, b, width, row, below)
    total += rowOfWindows(above, below)
    const free = above
    above = below
    below = free
  }
  return total / ((columns - 1) * (rows - 1))
}

/** From the sums of a window: of a, of b, of a² + b², of ab. */
const ofSums = (sumA: number, sumB: number, squares: number, products: number, count: number): number => {
  const means = (sumA * sumA + sumB * sumB) / (count * count)
  const mean = (sumA * sumB) / (count * count)
  const variances = squares / count - means
  const covariance = products / count - mean
  return ((2 * mean + C1) * (2 * covariance + C2)) / ((means + C1) * (variances + C2))
}

const ofOneWindow = (a: Uint8Array, b: Uint8Array, count: number): number => {
  let sumA = 0
  let sumB = 0
  let squares = 0
  let products = 0
  for (let at = 0; at < count; at++) {
    const p = a[at] ?? 0
    const q = b[at] ?? 0
    sumA += p
    sumB += q
    squares += p * p + q * q
    products += p * q
  }
  return ofSums(sumA, sumB, squares, products, count)
}

/** Adds up a row of blocks, four sums for each. */
const addBlocks = (a: Uint8Array, b: Uint8Array, width: number, row: number, out: Float64Array): void => {
  for (let y = row * block; y < (row + 1) * block; y++) {
    let at = y * width
    for (let to = 0; to < out.length; to += 4) {
      let sumA = 0
      let sumB = 0
      let squares = 0
      let products = 0
      for (let x = 0; x < block; x++, at++) {
        const p = a[at] ?? 0
        const q = b[at] ?? 0
        sumA += p
        sumB += q
        squares += p * p + q * q
        products += p * q
      }
      out[to] = (out[to] ?? 0) + sumA
      out[to + 1] = (out[to + 1] ?? 0) + sumB
      out[to + 2] = (out[to + 2] ?? 0) + squares
      out[to + 3] = (out[to + 3] ?? 0) + products
    }
  }
}

/** One of the four sums of the window that begins with this block. */
const ofWindow = (above: Float64Array, below: Float64Array, at: number): number =>
  (above[at] ?? 0) + (above[at + 4] ?? 0) + (below[at] ?? 0) + (below[at + 4] ?? 0)

const rowOfWindows = (above: Float64Array, below: Float64Array): number => {
  let total = 0
  for (let at = 0; at < above.length - 4; at += 4) {
    const sumA = ofWindow(above, below, at)
    const sumB = ofWindow(above, below, at + 1)
    total += ofSums(sumA, sumB, ofWindow(above, below, at + 2), ofWindow(above, below, at + 3), 64)
  }
  return total
}
