/** The cosine of two vectors, -1 to 1; 0 where one of them is all zeros. */
export const cosine = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): number => {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb)
}
