/** The square of the length of a vector that was scaled to 1 and rounded to 32 bits is off by less than this. */
const rounding = 2 ** -22

/**
 * Scales to length 1 in place; zeros stay zeros, and what has length 1 stays bit by bit, so that a vector that went out comes
 * back the same. The square of a 32-bit float always fits into a 64-bit one.
 */
export const normalise = (vector: Float32Array): void => {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2
  if (squares === 0 || Math.abs(squares - 1) < rounding) return
  const length = Math.sqrt(squares)
  for (let i = 0; i < vector.length; i++) vector[i]! /= length
}
