import type { Pixels } from "./bmp.ts"
import type { Decoded } from "./pixels.ts"

/** Side of a tile: whole JPEG units, so that no block lies across two tiles. */
const tile = 128
/** Tiles along each side of the sample. */
const across = 3

/**
 * Nine tiles spread over the image, as one small image: quality is searched on it, and proven on the whole. Images that
 * are hardly larger than the sample are their own.
 */
export const sampleOf = (pixels: Decoded): Decoded => {
  const { data, width, height, channels } = pixels
  const side = tile * across
  if (width * height <= side * side * 2 || width < side || height < side) return pixels
  const out = new Uint8Array(side * side * channels)
  const start = (length: number, index: number) => Math.floor(((length - tile) * index) / (across - 1))
  for (let row = 0; row < side; row++) {
    const y = start(height, Math.floor(row / tile)) + (row % tile)
    for (let column = 0; column < across; column++) {
      const from = (y * width + start(width, column)) * channels
      out.set(data.subarray(from, from + tile * channels), (row * side + column * tile) * channels)
    }
  }
  return { data: out, width: side, height: side, channels, orientation: 1 }
}

/** Does any pixel let the background through? */
export const isTransparent = ({ data, channels }: Pixels): boolean => {
  if (channels === 1 || channels === 3) return false
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 255) return true
  return false
}

/**
 * Is it drawn rather than photographed: screenshots, charts, line art? Such images have whole areas of one colour; in
 * photographs hardly a pixel equals its neighbour.
 */
export const isFlat = (pixels: Pixels): boolean => {
  const { data, width, channels } = pixels
  let equal = 0
  let pairs = 0
  for (let at = channels; at < data.length; at += channels) {
    if (at % (width * channels) === 0) continue
    pairs++
    let same = true
    for (let part = 0; part < channels; part++) same &&= data[at + part] === data[at - channels + part]
    if (same) equal++
  }
  return pairs === 0 || equal / pairs >= 0.5
}

/** Few enough colours for a palette without loss? */
export const fitsPalette = ({ data, channels }: Pixels): boolean => {
  const seen = new Set<number>()
  for (let at = 0; at < data.length; at += channels) {
    let colour = 0
    for (let part = 0; part < channels; part++) colour = colour * 256 + (data[at + part] ?? 0)
    seen.add(colour)
    if (seen.size > 256) return false
  }
  return true
}
