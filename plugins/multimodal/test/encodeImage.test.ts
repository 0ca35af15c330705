import { rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import sharp, { type Sharp } from "sharp"
import { onTestFinished } from "vitest"
import { encodeFile, encodeImage } from "../src/index.ts"
import { ssim } from "../src/internal/ssim.ts"
import { bmp, bytesOf, drawing, jpegPhoto, phonePhoto, photo } from "./images.ts"

const temporary = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(tmpdir(), `multimodal-${process.pid}-${name}`)
  await writeFile(path, bytes)
  onTestFinished(() => rm(path, { force: true }))
  return path
}

describe("what fits is sent as it is", () => {
  for (const format of ["png", "jpeg", "gif", "webp"] as const) {
    it(`${format}, byte for byte, whatever its name says`, async () => {
      const bytes = await (await photo(60, 40)).toFormat(format).toBuffer()
      const path = await temporary(`${format}.bmp`, bytes)
      const { part, info } = await encodeImage(path, { model: "openai/gpt-4o" })
      assert.strictEqual(part.mediaType, `image/${format}`)
      assert.isTrue(bytesOf(part).equals(bytes))
      assert.deepInclude(info, { changed: false, width: 60, height: 40, tokens: 255, ssim: 1, bytes: bytes.length })
      assert.match(part.filename ?? "", new RegExp(`${format}\\.bmp$`))
    })
  }

  it("the same from a path, a file URL, bytes, an ArrayBuffer, a Blob, a File and a data URL", async () => {
    const bytes = await jpegPhoto(50, 40)
    const path = await temporary("same.jpg", bytes)
    const copy = new Uint8Array(bytes)
    const inputs = [
      path,
      pathToFileURL(path),
      copy,
      copy.buffer,
      new Blob([copy], { type: "text/plain" }),
      new File([copy], "holiday.jpg"),
      `data:image/png;base64,${bytes.toString("base64")}`,
      new URL(`data:image/jpeg;base64,${bytes.toString("base64")}`),
    ]
    for (const input of inputs) {
      const { part } = await encodeImage(input)
      assert.isTrue(bytesOf(part).equals(bytes), String(input).slice(0, 30))
      assert.strictEqual(part.mediaType, "image/jpeg")
    }
    assert.strictEqual((await encodeImage(new File([copy], "holiday.jpg"))).part.filename, "holiday.jpg")
  })

  it("one pixel", async () => {
    const bytes = await drawing(1, 1).png().toBuffer()
    for (const model of ["gpt-4o", "claude-opus-5", "gemini-2.5-pro", "llava"]) {
      const { info } = await encodeImage(bytes, { model })
      assert.deepInclude(info, { width: 1, height: 1, changed: false })
    }
    const { info } = await encodeImage(bytes, { format: "jpeg" })
    assert.deepInclude(info, { width: 1, height: 1, mediaType: "image/jpeg" })
  })
})

describe("what tells of its maker is taken out", () => {
  it("a photograph on its side comes upright, without GPS, camera or profile", async () => {
    const bytes = await phonePhoto(120, 80)
    assert.isTrue(bytes.includes("Acme Camera"))
    const { part, info } = await encodeImage(bytes)
    const sent = bytesOf(part)
    const header = await sharp(sent).metadata()
    assert.deepInclude(info, { width: 80, height: 120, changed: true })
    assert.deepInclude(header, { width: 80, height: 120 })
    assert.isUndefined(header.exif)
    assert.isUndefined(header.orientation)
    assert.isFalse(sent.includes("Acme Camera"))
    const reference = await sharp(bytes).autoOrient().greyscale().raw().toBuffer()
    const now = await sharp(sent).greyscale().raw().toBuffer()
    assert.isAtLeast(ssim(reference, now, 80, 120), 0.95)
  })

  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`orientation ${orientation} is undone`, async () => {
      const corners = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 255, 0, 255, 0, 255, 255])
      const image = sharp(corners, { raw: { width: 3, height: 2, channels: 3 } })
        .png()
        .withMetadata({ orientation })
      const bytes = await image.toBuffer()
      const { part, info } = await encodeImage(bytes, { format: "png" })
      const expected = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })
      assert.deepInclude(info, { width: expected.info.width, height: expected.info.height })
      assert.isTrue((await sharp(bytesOf(part)).raw().toBuffer()).equals(expected.data))
    })
  }

  const carriers = {
    jpeg: (image: Sharp) => image.jpeg(),
    png: (image: Sharp) => image.png(),
    webp: (image: Sharp) => image.webp(),
  } as const
  for (const [format, encode] of Object.entries(carriers)) {
    it(`${format} that fits keeps its pixels and its profile and loses the rest`, async () => {
      const image = encode((await photo(90, 60)).withIccProfile("p3"))
      const bytes = await image
        .withExif({ IFD0: { Make: "Acme Camera" }, IFD3: { GPSLatitudeRef: "N" } })
        .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>")
        .toBuffer()
      assert.isTrue(bytes.includes("Acme Camera"))
      assert.isDefined((await sharp(bytes).metadata()).xmp)
      const { part, info } = await encodeImage(bytes)
      const sent = bytesOf(part)
      const header = await sharp(sent).metadata()
      assert.isTrue(info.changed)
      assert.isUndefined(header.exif)
      assert.isUndefined(header.xmp)
      assert.isDefined(header.icc)
      assert.isFalse(sent.includes("Acme Camera"))
      assert.isTrue((await sharp(sent).raw().toBuffer()).equals(await sharp(bytes).raw().toBuffer()))
    })
  }

  it("what a camera appends after a JPEG goes too", async () => {
    const bytes = await jpegPhoto(40, 30)
    const { part } = await encodeImage(Buffer.concat([bytes, await phonePhoto(20, 20)]))
    assert.isTrue(bytesOf(part).equals(bytes))
  })
})

describe("what does not fit is converted", () => {
  it("avif and tiff, by content", async () => {
    for (const format of ["avif", "tiff"] as const) {
      const bytes = await (await photo(64, 48)).toFormat(format).toBuffer()
      const { part, info } = await encodeImage(bytes, { model: "claude-opus-5" })
      assert.strictEqual(info.original.mediaType, `image/${format}`)
      assert.strictEqual(part.mediaType, "image/jpeg")
      assert.deepInclude(await sharp(bytesOf(part)).metadata(), { format: "jpeg", width: 64, height: 48 })
    }
  })

  it("webp and gif for servers that take png and jpeg only, gif for Gemini", async () => {
    const webp = await (await photo(64, 48)).webp().toBuffer()
    assert.strictEqual((await encodeImage(webp, { model: "ollama/llava" })).part.mediaType, "image/jpeg")
    const gif = await drawing(64, 48).gif().toBuffer()
    assert.strictEqual((await encodeImage(gif, { model: "gemini-2.5-pro" })).part.mediaType, "image/webp")
    assert.strictEqual((await encodeImage(gif, { model: "ollama/llava" })).part.mediaType, "image/png")
  })

  const red = [255, 0, 0]
  const green = [0, 255, 0]
  const blue = [0, 0, 255]
  const rows = [red, green, blue, blue, green, red]
  const kinds = [
    ["24 bits", {}],
    ["24 bits from the top", { topDown: true }],
    ["32 bits", { bits: 32 }],
    ["32 bits with masks and opacity", { bits: 32, compression: 3 }],
  ] as const
  for (const [name, options] of kinds) {
    it(`bmp, ${name}`, async () => {
      const { part, info } = await encodeImage(bmp(3, 2, rows, options))
      assert.strictEqual(info.original.mediaType, "image/bmp")
      const pixels = await sharp(bytesOf(part)).removeAlpha().raw().toBuffer()
      assert.deepStrictEqual([...pixels], rows.flat())
    })
  }

  it("bmp with opacity keeps it", async () => {
    const { part } = await encodeImage(bmp(1, 1, [[10, 20, 30, 40]], { bits: 32, compression: 3 }))
    assert.deepStrictEqual([...(await sharp(bytesOf(part)).ensureAlpha().raw().toBuffer())], [10, 20, 30, 40])
  })

  it("print colours become sRGB", async () => {
    const cmyk = await (await photo(64, 48)).toColourspace("cmyk").jpeg().toBuffer()
    const { part } = await encodeImage(cmyk)
    assert.deepInclude(await sharp(bytesOf(part)).metadata(), { space: "srgb", channels: 3 })
  })

  it("an animation: its first frame, except for Anthropic, which looks at that itself", async () => {
    const frames = await Promise.all(["#ff0000", "#00ff00"].map((colour) => drawing(32, 32, colour).png().toBuffer()))
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ loop: 0, delay: [100, 100] })
      .toBuffer()
    assert.isTrue(bytesOf((await encodeImage(gif, { model: "claude-opus-5" })).part).equals(gif))
    const { part } = await encodeImage(gif, { model: "gpt-5.4" })
    const { data, info } = await sharp(bytesOf(part)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    assert.deepStrictEqual([info.width, info.height, [...data.subarray(0, 3)]], [32, 32, [255, 0, 0]])
  })

  it("a decoder of one's own", async () => {
    const avif = await (await photo(64, 48)).avif().toBuffer()
    const decoders = {
      "image/avif": () =>
        Promise.resolve({ data: new Uint8Array([1, 2, 3]), width: 1, height: 1, channels: 3 as const }),
    }
    const { part } = await encodeImage(avif, { decoders, format: "png" })
    assert.deepStrictEqual([...(await sharp(bytesOf(part)).raw().toBuffer())], [1, 2, 3])
  })
})

describe("size, bytes and quality", () => {
  it("large photographs go at the size the model looks at, above the similarity", async () => {
    const bytes = await jpegPhoto(2000, 1500)
    const sizes = { "claude-haiku-4-5": [1270, 952], "gpt-4o": [1024, 768], "gpt-5.4": [1823, 1367] } as const
    for (const [model, [width, height]] of Object.entries(sizes)) {
      const { part, info } = await encodeImage(bytes, { model })
      const sent = bytesOf(part)
      assert.deepInclude(info, { width, height, mediaType: "image/jpeg" }, model)
      const raw = { raw: { width, height, channels: 3 as const } }
      const pixels = await sharp(bytes).resize(width, height, { fit: "fill" }).raw().toBuffer()
      const [before, after] = await Promise.all([
        sharp(pixels, raw).greyscale().raw().toBuffer(),
        sharp(sent).greyscale().raw().toBuffer(),
      ])
      const reached = ssim(before, after, width, height)
      assert.isAtLeast(reached, 0.95)
      assert.approximately(info.ssim, reached, 0.002)
      assert.isBelow(sent.length, bytes.length / 2)
    }
  })

  it("a higher similarity costs bytes", async () => {
    const bytes = await (await photo(400, 300)).png().toBuffer()
    const sizes: Array<number> = []
    for (const ssim of [0.8, 0.95, 0.99, 1]) {
      const { info } = await encodeImage(bytes, {
        ssim,
        maxBytes: bytes.length - 1,
        format: ssim === 1 ? "webp" : "jpeg",
      })
      assert.isAtLeast(info.ssim, ssim)
      sizes.push(info.bytes)
    }
    assert.deepStrictEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    )
  })

  it("a byte budget is met above the similarity, and nearly spent", async () => {
    const bytes = await jpegPhoto(1200, 900)
    for (const maxBytes of [60_000, 20_000, 3000]) {
      const { info } = await encodeImage(bytes, { maxBytes })
      assert.isAtMost(info.bytes, maxBytes)
      assert.isAtLeast(info.bytes, maxBytes * 0.4)
      assert.isAtLeast(info.ssim, 0.95)
      assert.approximately(info.width / info.height, 4 / 3, 0.05)
    }
  })

  it("a token budget is met", async () => {
    const bytes = await jpegPhoto(1200, 900)
    for (const [model, maxTokens] of [
      ["claude-opus-5", 300],
      ["gpt-5.4", 500],
      ["gpt-4o", 255],
      ["gemini-2.5-pro", 258],
    ] as const) {
      const { info } = await encodeImage(bytes, { model, maxTokens })
      assert.isAtMost(info.tokens ?? Infinity, maxTokens, model)
      assert.isAtLeast(info.tokens ?? 0, maxTokens * 0.9, model)
    }
  })

  it("more than twenty images: 2000 pixels for Anthropic, and a share of the request each", async () => {
    const bytes = await drawing(2560, 400).png().toBuffer()
    assert.strictEqual((await encodeImage(bytes, { model: "claude-opus-5", images: 20 })).info.width, 2560)
    const { info } = await encodeImage(bytes, { model: "claude-opus-5", images: 21 })
    assert.deepInclude(info, { width: 2000, height: 313 })
  })

  it("drawings stay exact, in webp or png; transparency is kept", async () => {
    const opaque = await drawing(600, 400).removeAlpha().tiff({ compression: "lzw" }).toBuffer()
    for (const [model, mediaType] of [
      ["gpt-4o", "image/webp"],
      ["llava", "image/png"],
    ] as const) {
      const { part, info } = await encodeImage(opaque, { model })
      assert.deepInclude(info, { mediaType, ssim: 1 })
      assert.strictEqual(part.mediaType, mediaType)
    }
    const through = await drawing(600, 400, "#00000000").tiff({ compression: "lzw" }).toBuffer()
    for (const model of ["gpt-4o", "llava"]) {
      const { data } = await sharp(bytesOf((await encodeImage(through, { model })).part))
        .raw()
        .toBuffer({ resolveWithObject: true })
      assert.strictEqual(data[3], 0)
    }
    const white = await sharp(bytesOf((await encodeImage(through, { format: "jpeg" })).part))
      .raw()
      .toBuffer()
    assert.isAtLeast(white[0] ?? 0, 250)
  })

  it("a transparent photograph goes as webp", async () => {
    const bytes = await (await photo(1300, 1000)).ensureAlpha(0.5).png().toBuffer()
    const { part, info } = await encodeImage(bytes, { model: "claude-haiku-4-5" })
    assert.strictEqual(part.mediaType, "image/webp")
    assert.isTrue((await sharp(bytesOf(part)).metadata()).hasAlpha)
    assert.isAtLeast(info.ssim, 0.95)
  })
})

const pixel = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const pixels = Arbitrary.array(pixel, { minLength: 240, maxLength: 240 })

it.prop(
  "similarity: 1 with itself, symmetric, at most 1",
  { a: pixels, b: pixels },
  ({ a, b }) => {
    const [x, y] = [Uint8Array.from(a), Uint8Array.from(b)]
    for (const [width, height] of [
      [20, 12],
      [240, 1],
      [1, 240],
      [7, 34],
    ] as const) {
      assert.approximately(ssim(x, x, width, height), 1, 1e-9)
      assert.approximately(ssim(x, y, width, height), ssim(y, x, width, height), 1e-9)
      assert.isAtMost(ssim(x, y, width, height), 1 + 1e-9)
    }
  },
  { arbitrary: { seed: "similarity", runs: 50 } },
)

describe("files that are no images", () => {
  const pdf = Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
  const wav = Buffer.concat([
    Buffer.from(
      "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0",
      "latin1",
    ),
  ])

  it("a PDF and audio go as they are, with their name and type by content", async () => {
    const path = await temporary("report.txt", pdf)
    const { part, info } = await encodeFile(path, { model: "claude-opus-5" })
    assert.deepInclude(info, { mediaType: "application/pdf", bytes: pdf.length })
    assert.isTrue(bytesOf(part).equals(pdf))
    assert.match(part.filename ?? "", /report\.txt$/)
    assert.strictEqual((await encodeFile(wav, { model: "gpt-4o-audio-preview" })).part.mediaType, "audio/wav")
  })

  it("an image is fitted as by encodeImage", async () => {
    const { part, info } = await encodeFile(await phonePhoto(60, 40), { image: { format: "png" } })
    assert.strictEqual(part.mediaType, "image/png")
    assert.strictEqual(info.mediaType, "image/png")
  })
})
