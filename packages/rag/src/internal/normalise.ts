/** Scales to length 1 in place; zeros stay zeros. The square of a 32-bit float always fits into a 64-bit one. */
export const normalise = (vector: Float32Array): void => {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2
  if (squares === 0) return
  const length = Math.sqrt(squares)
  for (let i = 0; i < vector.length; i++) vector[i]! /= length
}
