import { execFileSync } from "node:child_process"
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import type { ReasonTag } from "@switchyard/core"
import { isLlmError } from "@switchyard/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { onTestFinished } from "vitest"
import { encodeFile, encodeImage, type ImageOptions, type MediaInput } from "../src/index.ts"
import { bmpProblem, readBmpHeader } from "../src/internal/bmp.ts"
import { withoutMetadata } from "../src/internal/metadata.ts"
import { bmp, drawing, jpegPhoto, photo } from "./images.ts"

const failure = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => new Error("expected a rejection"),
    (reason: unknown) => reason,
  )
  if (!isLlmError(error)) throw error
  return error
}

/** Refused with this reason, in words that name `what` and say what to do. */
const refuses = async (input: MediaInput, tag: ReasonTag, words: RegExp, options: ImageOptions = {}) => {
  const error = await failure(encodeImage(input, options))
  assert.strictEqual(error.reason._tag, tag, error.message)
  assert.match(error.message, words)
  if (error.reason._tag === "InvalidRequest") assert.isDefined(error.reason.field)
  return error
}

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "multimodal-"))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

describe("paths", () => {
  it("that lead nowhere, to a directory, to nothing", async () => {
    const path = await folder()
    await refuses(join(path, "no.png"), "InvalidRequest", /no\.png: does not exist; check the path/)
    await refuses(join(path, "a", "b"), "InvalidRequest", /does not exist/)
    await refuses(path, "InvalidRequest", /is a directory; give a file/)
    await refuses("", "InvalidRequest", /path: is not a path/)
    await refuses("a\0b", "InvalidRequest", /is not a path/)
    await refuses(new URL("ftp://example.com/a.png"), "InvalidRequest", /ftp:: is no protocol/)
    await writeFile(join(path, "empty.png"), "")
    await refuses(join(path, "empty.png"), "InvalidRequest", /empty\.png: is empty \(0 bytes\)/)
  })

  it("a pipe nobody writes to does not hang, a device does not run on", async () => {
    const path = join(await folder(), "pipe.png")
    execFileSync("mkfifo", [path])
    await refuses(path, "InvalidRequest", /is not a regular file/)
    await refuses("/dev/zero", "InvalidRequest", /is not a regular file/)
  })

  it("that lead in a circle", async () => {
    const path = join(await folder(), "circle.png")
    await symlink(path, path)
    await refuses(path, "InvalidRequest", /circle\.png: is a symbolic link that leads back to itself/)
  })

  it("file URLs in a string are read, and errors name what is wrong", async () => {
    const path = join(await folder(), "a b.png")
    await writeFile(path, await drawing(4, 4).png().toBuffer())
    const { part } = await encodeImage(pathToFileURL(path).href)
    assert.deepInclude(part, { mediaType: "image/png", filename: "a b.png" })
    await refuses("file:///nowhere/a.png", "InvalidRequest", /\/nowhere\/a\.png: does not exist/)
    await refuses("file://host/a.png", "InvalidRequest", /names no path of this machine/)
  })

  it("what is no input at all", async () => {
    for (const text of ["null", "5", "{}", "[]"]) {
      // What callers without types give.
      const input: MediaInput = JSON.parse(text)
      await refuses(input, "InvalidRequest", /the input: is .*; give a path, a URL, bytes or a Blob/)
    }
  })

  it.skipIf(process.platform !== "linux")("that fails while it is read", () =>
    refuses("/proc/self/mem", "InvalidRequest", /\/proc\/self\/mem: cannot be read \(EIO\)/).then(() => undefined),
  )

  it("too large a file is not read", async () => {
    const path = join(await folder(), "large.png")
    await writeFile(path, await drawing(60, 60).png().toBuffer())
    await refuses(path, "InvalidRequest", /at most 1 kB are read; raise maxInputBytes/, { maxInputBytes: 100 })
  })
})

describe("content", () => {
  it("text, whatever its name", async () => {
    const path = join(await folder(), "holiday.png")
    await writeFile(path, "Dear diary")
    await refuses(path, "InvalidRequest", /holiday\.png: holds text, whatever its name says/)
  })

  it("SVG, a PDF, a sound, an unknown image format, rubbish", async () => {
    const svgs = [`<svg xmlns="x"/>`, `<?xml version="1.0"?>\n<!-- a -->\n<svg width="1"/>`, `\n <!DOCTYPE svg>\n<svg>`]
    for (const svg of svgs) {
      const error = await refuses(Buffer.from(svg), "InvalidRequest", /is an SVG drawing.*convert it to PNG first/)
      assert.strictEqual(error.recovery, "none")
      assert.notMatch(error.message, /Use a model/)
    }
    await refuses(Buffer.from("<html><p>no drawing</p></html>"), "InvalidRequest", /holds text/)
    await refuses(Buffer.from("%PDF-1.7\n"), "InvalidRequest", /is application\/pdf by its content, not an image/)
    await refuses(Buffer.from("8BPS\0\x01\0\0\0\0\0\0\0\0", "latin1"), "Unsupported", /convert it to PNG or JPEG/)
    await refuses(Buffer.from([1, 2, 3, 200]), "InvalidRequest", /is of no known type/)
  })

  it("HEIC: named, with ways out", async () => {
    const avif = await (await photo(32, 32)).avif().toBuffer()
    const heic = Buffer.from(
      avif.toString("latin1").replaceAll("avif", "heic").replaceAll("av01", "hvc1").replaceAll("av1C", "hvcC"),
      "latin1",
    )
    const error = await refuses(heic, "Unsupported", /is image\/heic.*convert it to JPEG first, or give a decoder/)
    assert.strictEqual(error.recovery, "failover")
  })

  it("cut and damaged images, even if their header fits", async () => {
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
      const bytes = await (await photo(200, 150)).toFormat(format).toBuffer()
      await refuses(bytes.subarray(0, bytes.length / 2), "InvalidRequest", /is damaged or cut off/)
    }
    const bytes = await (await photo(200, 150)).png().toBuffer()
    bytes.fill(0, 60, 200)
    await refuses(bytes, "InvalidRequest", /the given bytes: is damaged/)
    const bitmap = bmp(3, 1, [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
    await refuses(bitmap.subarray(0, 60), "InvalidRequest", /is damaged/)
    await refuses(bmp(1, 1, [[1]], { bits: 8 }), "Unsupported", /8 bits a pixel and compression 0.*convert it to PNG/)
  })

  it("decompression bombs: more pixels than allowed, in any format", async () => {
    const bomb = await drawing(3000, 3000).png().toBuffer()
    for (const bytes of [bomb, bmp(20, 20, [])]) {
      const error = await refuses(bytes, "InvalidRequest", /more pixels than are decoded; raise maxPixels/, {
        maxPixels: 399,
      })
      assert.notMatch(error.message, /damaged/)
    }
    assert.isBelow(bomb.length, 200_000)
  })

  it("a header that promises more than there is", async () => {
    const png = await drawing(10, 10).png().toBuffer()
    png.writeUInt32BE(60_000, 16)
    png.writeUInt32BE(60_000, 20)
    await refuses(png, "InvalidRequest", /the given bytes: /)
    const bitmap = bmp(1, 1, [[1, 2, 3]])
    bitmap.writeInt32LE(9000, 18)
    bitmap.writeInt32LE(9000, 22)
    await refuses(bitmap, "InvalidRequest", /is damaged/)
  })

  it("base64 that is none", async () => {
    await refuses("data:image/png;base64,!!!!!!!!????????========", "InvalidRequest", /is not valid base64/)
    for (const none of ["!!!", "iVBORw0KGgo!", "a"])
      await refuses(`data:image/png;base64,${none}`, "InvalidRequest", /the given data URL: is not valid base64/)
    await refuses("data:image/png;base64,", "InvalidRequest", /is empty \(0 bytes\)/)
    const bytes = await drawing(9, 9).png().toBuffer()
    const lines = bytes.toString("base64").replace(/.{20}/g, "$&\r\n")
    const bare = bytes.toString("base64url")
    for (const text of [lines, bare])
      assert.strictEqual((await encodeImage(`data:image/png;base64,${text}`)).info.original.bytes, bytes.length)
    await refuses("data:image/png;base64", "InvalidRequest", /has no content/)
    await refuses("data:image/png,%E0%A4%A", "InvalidRequest", /percent-encoding/)
  })

  it("a decoder that fails or lies", async () => {
    const avif = await (await photo(32, 32)).avif().toBuffer()
    const decoders = { "image/avif": () => Promise.reject(new Error("no idea")) }
    await refuses(avif, "InvalidRequest", /given decoder \(Error: no idea\)/, { decoders })
    const lying = {
      "image/avif": () => Promise.resolve({ data: new Uint8Array(5), width: 9, height: 9, channels: 3 as const }),
    }
    await refuses(avif, "InvalidRequest", /gave 5 bytes for 9 x 9 x 3/, { decoders: lying })
    for (const answer of ["null", "{}", `{"data":[1,2,3],"width":1,"height":1,"channels":3}`]) {
      const shapeless = { "image/avif": () => Promise.resolve(JSON.parse(answer)) }
      await refuses(avif, "InvalidRequest", /its decoder gave no pixels; it must give/, { decoders: shapeless })
    }
    const sides = [0, -3, 1.5, Number.NaN]
    for (const width of sides) {
      const pixels = { data: new Uint8Array(9), width, height: 1, channels: 3 as const }
      const wrong = { "image/avif": () => Promise.resolve(pixels) }
      await refuses(avif, "InvalidRequest", /its decoder gave no pixels/, { decoders: wrong })
    }
    const pixels = { data: new Uint8Array(300), width: 10, height: 10, channels: 3 as const }
    const large = { "image/avif": () => Promise.resolve(pixels) }
    await refuses(avif, "InvalidRequest", /more pixels than are decoded/, { decoders: large, maxPixels: 99 })
    const throwing = {
      "image/avif": () => {
        throw new Error("at once")
      },
    }
    await refuses(avif, "InvalidRequest", /given decoder \(Error: at once\)/, { decoders: throwing })
  })

  it("a decoder that never ends is left behind, told so, and keeps nobody from their turn", async () => {
    const avif = await (await photo(32, 32)).avif().toBuffer()
    const signals: Array<AbortSignal> = []
    const decoders = {
      "image/avif": (_: Uint8Array, signal: AbortSignal) => {
        signals.push(signal)
        return new Promise<never>(() => {})
      },
    }
    const stuck = { decoders, decoderTimeoutMs: 20 }
    await Promise.all(
      [1, 2, 3].map(() => refuses(avif, "InvalidRequest", /within 20 ms; raise decoderTimeoutMs/, stuck)),
    )
    const controller = new AbortController()
    const given = encodeImage(avif, {
      decoders: {
        "image/avif": (_, signal) => {
          signals.push(signal)
          controller.abort(new Error("enough"))
          return new Promise<never>(() => {})
        },
      },
      signal: controller.signal,
    })
    assert.match(String(await given.catch((reason: unknown) => reason)), /^Error: enough$/)
    assert.deepStrictEqual(
      signals.map(({ aborted }) => aborted),
      [true, true, true, true],
    )
    assert.isDefined(await encodeImage(avif))
  })
})

describe("budgets and options", () => {
  it("that cannot be met: the smallest reached is told", async () => {
    const bytes = await jpegPhoto(400, 300)
    await refuses(bytes, "InvalidRequest", /into 200 bytes: \d+ bytes is the smallest.*raise maxBytes or lower ssim/, {
      maxBytes: 200,
    })
    await refuses(bytes, "InvalidRequest", /into 100 tokens: the least that gpt-4o counts for it is 255/, {
      model: "gpt-4o",
      maxTokens: 100,
    })
  })

  it("that make no sense", async () => {
    const bytes = await drawing(2, 2).png().toBuffer()
    for (const options of [
      { ssim: 2 },
      { ssim: Number.NaN },
      { maxBytes: 0 },
      { maxTokens: -1 },
      { maxPixels: 0 },
      { decoderTimeoutMs: 0 },
      { maxInputBytes: Number.NaN },
      { fetchTimeoutMs: Number.NaN },
    ])
      await refuses(bytes, "InvalidRequest", /give a number/, options)
    const error = await failure(encodeFile(Buffer.from("%PDF-1.7\n"), { maxInputBytes: Number.NaN }))
    assert.match(error.message, /maxInputBytes: is NaN; give a number/)
  })
})

describe("an abort", () => {
  it("rejects with the signal's own reason, before the work and in it", async () => {
    const reason = { why: "the user left" }
    const server = createServer(() => controller.abort(reason))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`
    let controller = new AbortController()
    for (const encode of [encodeImage, encodeFile]) {
      controller = new AbortController()
      const options = { allowHosts: ["127.0.0.1"], signal: controller.signal }
      for (const _ of ["in it", "before it"]) {
        assert.strictEqual(await encode(url, options).catch((error: unknown) => error), reason)
      }
    }
  })
})

describe("URLs", () => {
  it("of private hosts, and what cannot be fetched", async () => {
    for (const url of [
      "http://127.0.0.1/a.png",
      "http://169.254.169.254/latest",
      "http://[::1]/",
      "http://2130706433/",
    ])
      await refuses(url, "InvalidRequest", /not a host on the public internet.*allowHosts/)
    await refuses("http://user:pass@example.com/", "InvalidRequest", /contains credentials/)
  })

  it("are fetched from allowed hosts, within size and time", async () => {
    const image = await drawing(20, 20).png().toBuffer()
    const server = createServer((request, response) => {
      if (request.url === "/gone") response.writeHead(404).end()
      else if (request.url === "/slow") response.write("x")
      else response.writeHead(200, { "content-type": "text/html" }).end(image)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
    const options = { allowHosts: ["127.0.0.1"] }
    assert.strictEqual((await encodeImage(`${base}/a`, options)).part.mediaType, "image/png")
    assert.strictEqual((await encodeFile(new URL(`${base}/a`), options)).part.mediaType, "image/png")
    await refuses(`${base}/gone`, "InvalidRequest", /answered 404; check that the URL can be read/, options)
    await refuses(`${base}/a`, "InvalidRequest", /raise the size limit/, { ...options, maxInputBytes: 50 })
    await refuses(`${base}/slow`, "Timeout", /was not fetched within 50 ms/, { ...options, fetchTimeoutMs: 50 })
    await refuses("http://127.0.0.1:1/", "Network", /refused/, options)
  })
})

describe("files", () => {
  it("of other types, too large ones, and audio for who has no ears", async () => {
    const zip = Buffer.from("PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "latin1")
    assert.match((await failure(encodeFile(zip))).message, /is application\/zip; images, PDF and audio can be sent/)
    const ogg = Buffer.concat([
      Buffer.from("OggS\0\x02"),
      Buffer.alloc(22),
      Buffer.from("\x01vorbis"),
      Buffer.alloc(30),
    ])
    assert.match(
      (await failure(encodeFile(ogg, { model: "gpt-4o-audio" }))).message,
      /takes audio as audio\/wav, audio\/mpeg; convert it/,
    )
    assert.match((await failure(encodeFile(ogg, { model: "claude-opus-5" }))).message, /takes no audio/)
    const pdf = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(25_000_000)])
    assert.match(
      (await failure(encodeFile(pdf, { model: "claude-opus-5" }))).message,
      /has 25\.0 MB, and claude-opus-5 takes at most 24\.0 MB/,
    )
  })
})

const byte = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const heads = {
  "image/jpeg": [0xff, 0xd8],
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  "image/webp": [...Buffer.from("RIFF\0\0\0\0WEBP")],
  "image/gif": [...Buffer.from("GIF89a\x01\0\x01\0\0\0\0", "latin1")],
  "image/bmp": [...Buffer.from("BM")],
}

it.prop(
  "no bytes make the readers of headers throw, and taking metadata out twice is taking it out once",
  { type: Schema.Literals(Object.keys(heads)), tail: Arbitrary.array(byte, { maxLength: 120 }), marks: Schema.Boolean },
  ({ type, tail, marks }) => {
    const head = Object.entries(heads).find(([name]) => name === type)?.[1] ?? []
    // Often enough something that looks like a segment.
    const body = marks ? tail.flatMap((value, index) => (index % 4 === 0 ? [0xff, 0xe1, 0, value % 8] : [value])) : tail
    // A Buffer, whose `slice` does not copy.
    const bytes = Buffer.from([...head, ...body])
    if (type === "image/webp") bytes.writeUInt32LE(bytes.length - 8, 4)
    const given = bytes.toString("hex")
    const once = withoutMetadata(bytes, type)
    assert.strictEqual(bytes.toString("hex"), given)
    if (once !== undefined) assert.strictEqual(withoutMetadata(once, type), once)
    const header = readBmpHeader(bytes)
    if (header !== undefined) assert.include(["variant", "damaged", undefined], bmpProblem(bytes, header))
  },
  { arbitrary: { seed: "headers", runs: 500 } },
)
