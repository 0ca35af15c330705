/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The largest size of the same shape whose longer side is at most `side`; never larger than it was. */
export const insideBox = (size: Size, side: number): Size => {
  const scale = side / Math.max(size.width, size.height)
  if (scale >= 1) return { width: size.width, height: size.height }
  return scaled(size, scale)
}

export const scaled = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
})
