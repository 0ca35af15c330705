import type { BodySource } from "./BodySource.ts"

interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
}

/** One new array: the pieces come from buffers that are shared, and a stream's reader may transfer what it gets. */
const joinedCopy = (chunks: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

const withoutBom = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

/**
 * What `fetch` resolves to: everything a `Response` offers, over a `BodySource`. The web stream is made when somebody
 * asks for `body`; `text`, `json` and the others read the source directly. Not an `instanceof Response`.
 */
export class TransportResponse implements Response {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly redirected = false
  readonly type = "default"
  readonly #source: BodySource | undefined
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #used = false
  /** One branch of the stream after `clone`; from then on the platform's own response reads the body. */
  #branch: Response | undefined

  constructor(head: ResponseHead, source: BodySource | undefined) {
    this.status = head.status
    this.statusText = head.statusText
    this.headers = head.headers
    this.url = head.url
    this.#source = source
    if (source !== undefined) source.owner = this
  }

  /** The bytes of `response` without a web stream; `undefined` when it is not ours or was cloned. Counts as reading. */
  static sourceOf(response: Response): BodySource | undefined {
    if (!(response instanceof TransportResponse) || response.#branch !== undefined) return undefined
    return response.#source === undefined ? undefined : response.#claim(response.#source)
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#branch !== undefined) return this.#branch.body
    if (this.#source === undefined) return null
    return (this.#stream ??= this.#open(this.#source))
  }

  get bodyUsed(): boolean {
    return this.#branch?.bodyUsed ?? this.#used
  }

  async text(): Promise<string> {
    if (this.#branch !== undefined) return this.#branch.text()
    return withoutBom((await this.#collect()).toString("utf8"))
  }

  // A `Response` promises `any` here; callers of ours get no more than that.
  async json(): ReturnType<Response["json"]> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#branch !== undefined) return new Uint8Array(await this.#branch.arrayBuffer())
    return joinedCopy([await this.#collect()])
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.headers.get("content-type") ?? "" })
  }

  async formData(): Promise<FormData> {
    const type = this.headers.get("content-type") ?? ""
    return new Response(await this.bytes(), { headers: { "content-type": type } }).formData()
  }

  /** Splits the body through the platform's streams: for tests and logging, not for the hot path. */
  clone(): Response {
    const body = this.body
    if (this.bodyUsed || body?.locked) throw new TypeError("The body of this response has already been read")
    const twin = new TransportResponse(this, undefined)
    if (body === null) return twin
    const [mine, theirs] = body.tee()
    this.#branch = new Response(mine)
    twin.#branch = new Response(theirs)
    return twin
  }

  #claim(source: BodySource): BodySource {
    if (this.#used || this.#stream?.locked) throw new TypeError("The body of this response has already been read")
    this.#used = true
    // Whoever holds the stream sees it locked, as with the platform's response.
    this.#stream?.getReader()
    return source
  }

  async #collect(): Promise<Buffer> {
    return this.#source === undefined ? Buffer.alloc(0) : this.#claim(this.#source).collect()
  }

  #open(source: BodySource): ReadableStream<Uint8Array<ArrayBuffer>> {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          this.#used = true
          if (await source.ready()) controller.enqueue(joinedCopy(source.take()))
          else controller.close()
        },
        cancel: (reason) => {
          this.#used = true
          source.cancel(reason)
        },
      },
      { highWaterMark: 0 },
    )
    if (this.#used) stream.getReader()
    return stream
  }
}
