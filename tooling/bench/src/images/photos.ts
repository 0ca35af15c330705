import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"

const width = 4000
const height = 3000

/** Numbers that look random and are the same in every run. */
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Spots of random colour, `cells` across, drawn out to the size of the photo. */
const spots = (next: () => number, cells: number): Promise<Buffer> => {
  const rows = Math.round((cells * height) / width)
  const coarse = Buffer.alloc(cells * rows * 3)
  for (let at = 0; at < coarse.length; at++) coarse[at] = next() * 256
  return sharp(coarse, { raw: { width: cells, height: rows, channels: 3 } })
    .resize(width, height, { fit: "fill", kernel: "linear" })
    .removeAlpha()
    .raw()
    .toBuffer()
}

/** How many spots across, and how deep they are in the photo: light, things, texture. */
const layers = [
  [6, 0.8],
  [60, 0.4],
  [600, 0.15],
] as const

/** A JPEG of 12 megapixels, with a little grain; lying on its side, as phones write it. */
const write = async (path: string, seed: number): Promise<void> => {
  const next = seeded(seed)
  const pixels = Buffer.alloc(width * height * 3)
  const sum = new Int16Array(pixels.length)
  for (const [cells, depth] of layers) {
    const layer = await spots(next, cells)
    for (let at = 0; at < layer.length; at++) sum[at] = (sum[at] ?? 0) + ((layer[at] ?? 128) - 128) * depth
  }
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = Math.max(0, Math.min(255, 128 + (sum[at] ?? 0) + (next() - 0.5) * 10))
  }
  const raw = { width, height, channels: 3 } as const
  await sharp(pixels, { raw }).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toFile(path)
}

export interface Photos {
  readonly paths: ReadonlyArray<string>
  /** Of a file, on average. */
  readonly bytes: number
  readonly remove: () => Promise<void>
}

/** `count` different photographs in a temporary folder. */
export const makePhotos = async (count: number): Promise<Photos> => {
  const folder = await mkdtemp(join(tmpdir(), "bench-images-"))
  const paths = Array.from({ length: count }, (_, index) => join(folder, `photo-${index}.jpg`))
  for (const [index, path] of paths.entries()) await write(path, index + 1)
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return {
    paths,
    bytes: sizes.reduce((sum, size) => sum + size, 0) / count,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
