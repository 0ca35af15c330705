import sharp from "sharp"

/** Numbers that look random and are the same in every run. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const noise = async (seed: number, cells: number, width: number, height: number): Promise<Buffer> => {
  const next = seeded(seed)
  const down = Math.max(2, Math.round((cells * height) / width))
  const coarse = Buffer.from(Array.from({ length: cells * down * 3 }, () => Math.floor(next() * 256)))
  const raw = { width: cells, height: down, channels: 3 } as const
  return sharp(coarse, { raw }).resize(width, height, { fit: "fill", kernel: "cubic" }).removeAlpha().raw().toBuffer()
}

/** Soft shapes, texture and a little grain, as raw RGB: what a photograph is to a compressor. */
export const photoPixels = async (width: number, height: number, seed = 1): Promise<Buffer> => {
  const layers = await Promise.all(
    [4, 24, 96].map((cells, index) => noise(seed + index, Math.min(cells, width), width, height)),
  )
  const grain = seeded(seed + 99)
  const out = Buffer.alloc(width * height * 3)
  const weights = [0.7, 0.35, 0.15]
  for (let at = 0; at < out.length; at++) {
    let value = 128 + (grain() - 0.5) * 6
    for (const [index, layer] of layers.entries()) value += ((layer[at] ?? 128) - 128) * (weights[index] ?? 0)
    out[at] = Math.max(0, Math.min(255, value))
  }
  return out
}

export const photo = async (width: number, height: number, seed = 1) =>
  sharp(await photoPixels(width, height, seed), { raw: { width, height, channels: 3 } })

const made = new Map<string, Promise<Buffer>>()

/** Made once for each size: the large ones take a second. */
export const jpegPhoto = (width: number, height: number, seed = 1): Promise<Buffer> => {
  const key = `${width}x${height} ${seed}`
  const known = made.get(key)
  if (known !== undefined) return known
  const making = photo(width, height, seed).then((image) => image.jpeg({ quality: 90 }).toBuffer())
  made.set(key, making)
  return making
}

/** A JPEG as a phone writes it: lying on its side, with the place where it was taken. */
export const phonePhoto = async (width: number, height: number): Promise<Buffer> =>
  (await photo(width, height))
    .jpeg({ quality: 90 })
    .withExif({
      IFD0: { Make: "Acme Camera", Orientation: "6" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 0/1" },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer()

/** A drawing: few colours, sharp edges. */
export const drawing = (width: number, height: number, background = "#ffffff") =>
  sharp({ create: { width, height, channels: 4, background } }).composite([
    {
      input: Buffer.from(
        `<svg width="${width}" height="${height}"><rect x="10" y="10" width="${width / 2}" height="${height / 3}" fill="#0055aa"/><rect x="${width / 3}" y="${height / 2}" width="${width / 3}" height="${height / 4}" fill="#aa0000"/></svg>`,
      ),
    },
  ])

/** An uncompressed Windows bitmap. `rows` from the top, RGB or RGBA. */
export const bmp = (
  width: number,
  height: number,
  pixels: ReadonlyArray<ReadonlyArray<number>>,
  { bits = 24, topDown = false, compression = 0 } = {},
): Buffer => {
  const stride = Math.ceil((width * bits) / 32) * 4
  const headerSize = compression === 3 ? 108 : 40
  const out = Buffer.alloc(14 + headerSize + stride * height)
  out.write("BM", 0, "latin1")
  out.writeUInt32LE(out.length, 2)
  out.writeUInt32LE(14 + headerSize, 10)
  out.writeUInt32LE(headerSize, 14)
  out.writeInt32LE(width, 18)
  out.writeInt32LE(topDown ? -height : height, 22)
  out.writeUInt16LE(1, 26)
  out.writeUInt16LE(bits, 28)
  out.writeUInt32LE(compression, 30)
  if (compression === 3) [0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, i) => out.writeUInt32LE(mask, 54 + i * 4))
  pixels.forEach((pixel, index) => {
    const row = Math.floor(index / width)
    const at = 14 + headerSize + stride * (topDown ? row : height - 1 - row) + ((index % width) * bits) / 8
    const [r = 0, g = 0, b = 0, a = 255] = pixel
    out.set(bits === 32 ? [b, g, r, a] : [b, g, r], at)
  })
  return out
}

export const bytesOf = ({ source }: { readonly source: unknown }): Buffer => {
  const held = typeof source === "object" && source !== null && "base64" in source ? source.base64 : undefined
  if (typeof held !== "string") throw new Error("the part holds no base64")
  return Buffer.from(held, "base64")
}
