import type { Dispatcher } from "undici"
import { TransportError } from "../TransportError.ts"
import type { ByteSink, Feed } from "./BodySource.ts"
import { BodySource } from "./BodySource.ts"
import { codingOf, ContentDecoder, isDecodable } from "./ContentDecoder.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import { transportFailure } from "./transportFailure.ts"
import { TransportResponse } from "./TransportResponse.ts"

export interface ExchangeOptions {
  readonly url: string
  readonly origin: string
  readonly method: string
  /** `manual` hands a redirect to the caller as it is; it is never followed. */
  readonly redirect: RequestRedirect
  readonly signal: AbortSignal | undefined
  readonly maxResponseBytes: number
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error("aborted"))

/** One request and its response, as undici's dispatcher reports them. */
export class Exchange implements Dispatcher.DispatchHandler, Feed {
  readonly #options: ExchangeOptions
  readonly #resolve: (response: Response) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #sink: ByteSink | undefined
  #over = false

  constructor(options: ExchangeOptions, resolve: (response: Response) => void, reject: (error: unknown) => void) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    options.signal?.addEventListener("abort", this)
  }

  /** The abort signal's listener: an object costs no closure. */
  handleEvent(): void {
    const reason: unknown = this.#options.signal?.reason
    this.#fail(reason, true)
    this.#controller?.abort(asError(reason))
  }

  resume(): void {
    this.#controller?.resume()
  }

  cancel(reason: Error): void {
    this.#over = true
    this.#release()
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // An abort while the request stood in the queue: it must not be sent.
    if (this.#over) controller.abort(new Error("aborted"))
    this.#controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | Array<string> | undefined>,
    statusText = "",
  ): void {
    if (status < 200 || this.#over) return
    const responseHeaders = new ResponseHeaders(headers)
    const refusal = this.#refusal(status, responseHeaders)
    if (refusal !== undefined) {
      this.#fail(refusal, true)
      controller.abort(refusal)
      return
    }
    const head = { status, statusText, headers: responseHeaders, url: this.#options.url }
    this.#resolve(new TransportResponse(head, this.#openBody(status, responseHeaders)))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink !== undefined && !this.#sink.push(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#over = true
    this.#release()
    this.#sink?.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (!this.#over) this.#fail(transportFailure(error, this.#options.origin), false)
  }

  #refusal(status: number, headers: Headers): TransportError | undefined {
    const { origin, redirect, method } = this.#options
    if (redirect !== "manual" && redirects.has(status) && headers.has("location")) {
      const message = `${origin}: answered ${status}; redirects are refused, so that credentials never reach another host`
      return new TransportError("REDIRECT_REFUSED", message)
    }
    const coding = codingOf(headers.get("content-encoding"))
    if (coding === undefined || isDecodable(coding) || method === "HEAD") return undefined
    return new TransportError("UNSUPPORTED_ENCODING", `${origin}: the response has a content-encoding that is unknown`)
  }

  #openBody(status: number, headers: Headers): BodySource | undefined {
    if (this.#options.method === "HEAD" || status === 204 || status === 205 || status === 304) return undefined
    const coding = codingOf(headers.get("content-encoding"))
    if (coding === undefined) {
      const body = new BodySource(this, this.#options.maxResponseBytes)
      this.#sink = body
      return body
    }
    const decoder = new ContentDecoder(coding, this, this.#options.maxResponseBytes, this.#options.origin)
    this.#sink = decoder
    return decoder.body
  }

  #fail(error: unknown, discard: boolean): void {
    this.#over = true
    this.#release()
    this.#sink?.fail(error, discard)
    // Settling a promise twice is harmless: after the headers only the body's failure counts.
    this.#reject(error)
  }

  #release(): void {
    this.#options.signal?.removeEventListener("abort", this)
  }
}
