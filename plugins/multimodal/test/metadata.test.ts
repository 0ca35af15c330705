import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import sharp, { type Sharp } from "sharp"
import { encodeImage, type ImageOptions } from "../src/index.ts"
import { bytesOf, drawing, phonePhoto, photo } from "./images.ts"

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
const secret = "Acme Camera"

const carriers: ReadonlyArray<readonly [name: string, encode: (image: Sharp) => Sharp]> = [
  ["jpeg", (image) => image.jpeg()],
  ["png", (image) => image.png()],
  ["webp", (image) => image.webp()],
  ["tiff", (image) => image.tiff()],
  ["avif", (image) => image.avif()],
]

describe("the bytes that are given stay as they are", () => {
  for (const [name, encode] of carriers) {
    for (const orientation of [1, 6]) {
      it(`${name} in a Buffer, orientation ${orientation}, for two vendors in a row`, async () => {
        const bytes = await encode(await photo(90, 60))
          .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>")
          .withExif({ IFD0: { Make: secret } })
          .withMetadata({ orientation })
          .toBuffer()
        const before = sha(bytes)
        const first = await encodeImage(bytes, { model: "openai/gpt-4o" })
        assert.strictEqual(sha(bytes), before)
        const second = await encodeImage(bytes, { model: "anthropic/claude-opus-4-8" })
        assert.strictEqual(sha(bytes), before)
        const [width, height] = orientation === 6 && name !== "avif" ? [60, 90] : [90, 60]
        for (const { info, part } of [first, second]) {
          assert.isFalse(bytesOf(part).includes(secret))
          if (name !== "avif") assert.deepInclude(info, { width, height })
        }
        assert.strictEqual(first.info.width, second.info.width)
      })
    }
  }

  it("a GIF and an ArrayBuffer of one's own, too", async () => {
    const gif = Buffer.concat([await drawing(20, 20).gif().toBuffer(), Buffer.from("tail")])
    const { buffer } = new Uint8Array(await phonePhoto(40, 30))
    const before = [sha(gif), sha(new Uint8Array(buffer))]
    await encodeImage(gif)
    await encodeImage(buffer)
    assert.deepStrictEqual([sha(gif), sha(new Uint8Array(buffer))], before)
  })
})

/** Sent without the secret, and the pixels still there; `exact`: the very same pixels, not encoded anew. */
const isClean = async (bytes: Buffer, { exact = false, ...options }: ImageOptions & { exact?: boolean } = {}) => {
  assert.isTrue(bytes.includes(secret))
  const { part, info } = await encodeImage(bytes, options)
  const sent = bytesOf(part)
  assert.isTrue(info.changed)
  assert.isFalse(sent.includes(secret))
  const header = await sharp(sent).metadata()
  assert.isUndefined(header.exif)
  assert.deepInclude(header, { width: info.original.width, height: info.original.height })
  if (exact) assert.isTrue((await sharp(sent).raw().toBuffer()).equals(await sharp(bytes).raw().toBuffer()))
}

const exif = { IFD0: { Make: secret } }
const insert = (bytes: Buffer, at: number, ...parts: ReadonlyArray<Uint8Array>): Buffer =>
  Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(at)])

const chunk = (name: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

const riff = (name: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(name, "latin1"), length, data, Buffer.alloc(data.length % 2)])
}

describe("untidy files keep no secrets", () => {
  const jpeg = async () => (await photo(90, 60)).jpeg().withExif(exif).toBuffer()
  const app1 = (bytes: Buffer): number => bytes.indexOf(Buffer.from([0xff, 0xe1]))

  it("a JPEG with a fill byte before its EXIF", async () => {
    const bytes = await jpeg()
    await isClean(insert(bytes, app1(bytes), Buffer.from([0xff])))
  })

  it("a JPEG with a marker that stands alone", async () => {
    const bytes = await jpeg()
    await isClean(insert(bytes, app1(bytes), Buffer.from([0xff, 0x01])))
  })

  it("a JPEG with an application's segment of no name, and a JFIF preview", async () => {
    const bytes = await (await photo(90, 60)).jpeg().toBuffer()
    const text = Buffer.from(secret)
    const length = Buffer.from([0, text.length + 2])
    for (const marker of [0xe0, 0xe5, 0xee]) {
      await isClean(insert(bytes, 2, Buffer.from([0xff, marker]), length, text), { exact: true })
    }
  })

  it("PNG: EXIF with rubbish after the end, a C2PA manifest, a chunk nobody knows", async () => {
    const withExif = await (await photo(90, 60)).png().withExif(exif).toBuffer()
    await isClean(Buffer.concat([withExif, Buffer.from("rubbish")]), { exact: true })
    const plain = await (await photo(90, 60)).png().toBuffer()
    await isClean(Buffer.concat([plain, Buffer.from(secret)]), { exact: true })
    for (const name of ["caBX", "prVt", "tEXt"]) {
      await isClean(insert(plain, 33, chunk(name, Buffer.from(`a\0${secret}`))), { exact: true })
    }
  })

  it("WebP: what follows the end, a chunk nobody knows, EXIF behind the end", async () => {
    const withExif = await (await photo(90, 60)).webp().withExif(exif).toBuffer()
    await isClean(Buffer.concat([withExif, Buffer.from(secret)]), { exact: true })
    const plain = await (await photo(90, 60)).webp().withIccProfile("p3").toBuffer()
    await isClean(Buffer.concat([plain, Buffer.from(secret)]), { exact: true })
    const more = Buffer.concat([plain, riff("C2PA", Buffer.from(secret))])
    more.writeUInt32LE(more.length - 8, 4)
    await isClean(more, { exact: true })
    const behind = Buffer.from(withExif)
    behind.writeUInt32LE(behind.lastIndexOf("EXIF") - 8, 4)
    await isClean(behind, { exact: true })
  })

  it("GIF: comments, blocks of applications, what follows the end; how often it loops stays", async () => {
    const frames = await Promise.all(["#ff0000", "#00ff00"].map((colour) => drawing(32, 32, colour).png().toBuffer()))
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ loop: 3, delay: [100, 100] })
      .toBuffer()
    const from = 13 + ((gif[10] ?? 0) >= 0x80 ? 3 * 2 ** (((gif[10] ?? 0) & 7) + 1) : 0)
    const text = Buffer.concat([Buffer.from([secret.length]), Buffer.from(secret), Buffer.from([0])])
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe]), text])
    const application = Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from("SECRETS 1.0"), text])
    const model = "anthropic/claude-opus-4-8"
    for (const bytes of [
      insert(gif, from, comment),
      insert(gif, from, application),
      Buffer.concat([gif, Buffer.from(secret)]),
    ]) {
      const { part } = await encodeImage(bytes, { model })
      assert.isTrue(bytesOf(part).equals(gif))
    }
    const plain = Buffer.concat([Buffer.from([0x21, 0x01, 12]), Buffer.alloc(12), text])
    await isClean(insert(gif, from, plain), { model })
  })
})

describe("HEIC, which cannot be cleaned without decoding it", () => {
  /** AV1 under HEIC's brand: its header can be read, and its pixels if they are whole. */
  const heic = async (whole: boolean): Promise<Buffer> => {
    const avif = await (await photo(64, 48)).avif().withExif(exif).toBuffer()
    const bytes = Buffer.from(avif.toString("latin1").replaceAll("avif", "heic"), "latin1")
    if (!whole) bytes.fill(0xff, bytes.indexOf("mdat") + 4, bytes.lastIndexOf("Exif") - 8)
    assert.isTrue(bytes.includes(secret))
    return bytes
  }
  const gemini = { model: "gemini-2.5-pro" }

  it("is encoded anew for Gemini, which takes it, where it can be decoded", async () => {
    const { part, info } = await encodeImage(await heic(true), gemini)
    assert.strictEqual(info.original.mediaType, "image/heic")
    assert.strictEqual(part.mediaType, "image/jpeg")
    assert.isFalse(bytesOf(part).includes(secret))
  })

  it("is refused where it cannot", async () => {
    const error: unknown = await encodeImage(await heic(false), gemini).catch((reason: unknown) => reason)
    assert.match(String(error), /is image\/heic.*give a decoder in decoders\["image\/heic"\]/)
  })

  it("goes as a decoder of one's own reads it", async () => {
    const pixels = { data: new Uint8Array(12), width: 2, height: 2, channels: 3 as const }
    const decoders = { "image/heic": () => Promise.resolve(pixels) }
    const { part } = await encodeImage(await heic(false), { ...gemini, decoders })
    assert.notStrictEqual(part.mediaType, "image/heic")
    assert.isFalse(bytesOf(part).includes(secret))
  })
})
