import type { Transform } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from "node:zlib"
import type { ByteSink } from "./BodySource.ts"
import { BodySource } from "./BodySource.ts"
import type { Feed } from "./BodySource.ts"
import { transportFailure } from "./transportFailure.ts"

/** Servers send `deflate` both with the zlib wrapper (as RFC 9110 says) and without: the first byte tells. */
const inflate = (first: Buffer): Transform => ((first[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw())

const gunzip = (): Transform => createGunzip()

const decoders: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: inflate,
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
}

/** The coding that has to be undone; `undefined` when the bytes are plain. */
export const codingOf = (contentEncoding: string | null): string | undefined => {
  const coding = contentEncoding?.trim().toLowerCase()
  return coding === undefined || coding === "" || coding === "identity" ? undefined : coding
}

export const isDecodable = (coding: string): boolean => Object.hasOwn(decoders, coding)

/** Decodes a compressed body into `body`, piece by piece as it arrives. A truncated body fails, it never just ends. */
export class ContentDecoder implements ByteSink {
  readonly body: BodySource
  readonly #coding: string
  readonly #feed: Feed
  readonly #origin: string
  #stream: Transform | undefined

  constructor(coding: string, feed: Feed, maxBytes: number, origin: string) {
    this.#coding = coding
    this.#feed = feed
    this.#origin = origin
    this.body = new BodySource(
      {
        resume: () => this.#stream?.resume(),
        cancel: (reason) => {
          this.#stream?.destroy()
          feed.cancel(reason)
        },
      },
      maxBytes,
    )
  }

  push(chunk: Buffer): boolean {
    this.#stream ??= this.#open(chunk)
    return this.#stream.write(chunk)
  }

  end(): void {
    if (this.#stream === undefined) this.body.end()
    else this.#stream.end()
  }

  fail(error: unknown, discard: boolean): void {
    const stream = this.#stream
    if (discard || stream === undefined) {
      stream?.destroy()
      this.body.fail(error, discard)
      return
    }
    // What was already received is decoded and delivered before the failure.
    stream.write(Buffer.alloc(0), () => {
      this.body.fail(error, false)
      stream.destroy()
    })
  }

  #open(first: Buffer): Transform {
    const make = decoders[this.#coding] ?? gunzip
    const stream = make(first)
    stream.on("data", (chunk: Buffer) => {
      if (!this.body.push(chunk)) stream.pause()
    })
    stream.on("drain", () => this.#feed.resume())
    stream.on("end", () => this.body.end())
    stream.on("error", (error) => {
      const failure = transportFailure(error, this.#origin)
      this.#feed.cancel(failure)
      this.body.fail(failure, false)
    })
    return stream
  }
}
