/**
 * The vector scaled to length 1. A text without a word has no direction of its own: it gets the same fixed one in every
 * text, so that no vector is all zeros and no cosine is NaN.
 */
export const unit = (sums: Float64Array): Float32Array => {
  let squares = 0
  for (const value of sums) squares += value * value
  const vector = new Float32Array(sums.length)
  if (squares === 0) vector[0] = 1
  else for (const [i, value] of sums.entries()) vector[i] = value / Math.sqrt(squares)
  return vector
}
