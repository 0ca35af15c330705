import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js"

/** The JSON-RPC code of a request whose connection broke before its answer came: ours, out of the range of servers. */
export const brokenCode = -32_097

interface Asked {
  readonly id: number | string | undefined
  readonly method: string | undefined
  readonly cancels: number | string | undefined
}

const nothing: Asked = { id: undefined, method: undefined, cancels: undefined }

const isId = (value: unknown): value is number | string => typeof value === "number" || typeof value === "string"

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined

/** What a body that the SDK sends asks for. */
const askedIn = (body: unknown): Asked => {
  if (typeof body !== "string") return nothing
  const message: unknown = JSON.parse(body)
  const [id, method, cancels] = [
    field(message, "id"),
    field(message, "method"),
    field(field(message, "params"), "requestId"),
  ]
  return {
    id: isId(id) ? id : undefined,
    method: typeof method === "string" ? method : undefined,
    cancels: isId(cancels) ? cancels : undefined,
  }
}

/**
 * A `fetch` for the SDK's streamable HTTP transport that does what the transport leaves open: a request that is cancelled
 * gives its connection back; one whose event stream breaks or ends before the answer fails at once instead of at its
 * timeout; no answer, and no event of a stream, may be longer than `maxBytes`.
 */
export const watchedFetch = (maxBytes: number): FetchLike => {
  const open = new Map<number | string, AbortController>()
  return async (url, init = {}) => {
    const asked = init.method === "POST" ? askedIn(init.body) : nothing
    const { id, method, cancels } = asked
    if (id === undefined || method === undefined) {
      try {
        const response = await fetch(url, init)
        return isEvents(response) ? replaced(response, watched(response, { maxBytes })) : response
      } finally {
        if (method === "notifications/cancelled" && cancels !== undefined) open.get(cancels)?.abort()
      }
    }
    const controller = new AbortController()
    const done = () => open.delete(id)
    open.set(id, controller)
    try {
      const signal = init.signal ? AbortSignal.any([init.signal, controller.signal]) : controller.signal
      const response = await fetch(url, { ...init, signal })
      if (response.body === null) {
        done()
        return response
      }
      return replaced(response, watched(response, { maxBytes, id, cancelled: controller.signal, done }))
    } catch (error) {
      done()
      throw error
    }
  }
}

const isEvents = (response: Response): boolean =>
  response.body !== null && /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "")

const replaced = ({ status, statusText, headers }: Response, body: ReadableStream<Uint8Array>): Response =>
  new Response(body, { status, statusText, headers })

interface Watching {
  readonly maxBytes: number
  /** Of the request that the body answers. Without it: a stream of what the server has to say by itself. */
  readonly id?: number | string
  readonly cancelled?: AbortSignal
  readonly done?: () => void
}

const encoder = new TextEncoder()

const event = (message: object): Uint8Array => encoder.encode(`\n\ndata: ${JSON.stringify(message)}\n\n`)

/** The body, watched. What a cancelled request still gets is an empty answer, so that nobody waits or resumes. */
const watched = (response: Response, { maxBytes, id, cancelled, done }: Watching): ReadableStream<Uint8Array> => {
  const events = isEvents(response)
  const size = new Size(maxBytes, events)
  const reader = response.body?.getReader()
  const ending = (why: string): Uint8Array | undefined => {
    if (!events || id === undefined) return undefined
    if (cancelled?.aborted) return event({ jsonrpc: "2.0", id, result: {} })
    // The SDK goes on with a stream that numbers its events. If the answer came already, nobody waits for this one.
    return size.resumable ? undefined : event({ jsonrpc: "2.0", id, error: { code: brokenCode, message: why } })
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = await reader?.read()
        if (chunk === undefined || chunk.done) {
          done?.()
          const last = ending("ended the connection before its answer")
          if (last !== undefined) controller.enqueue(last)
          return controller.close()
        }
        size.push(chunk.value)
        controller.enqueue(chunk.value)
      } catch (error) {
        done?.()
        void reader?.cancel().catch(() => {})
        const last = ending(error instanceof TooLarge ? error.message : "broke the connection before its answer")
        if (last === undefined) return controller.error(error)
        controller.enqueue(last)
        controller.close()
      }
    },
    cancel: (reason) => {
      done?.()
      return reader?.cancel(reason)
    },
  })
}

class TooLarge extends Error {}

/** Counts the bytes of a body, or of one event of it. */
class Size {
  /** Were the events numbered? */
  resumable = false
  readonly #maxBytes: number
  readonly #events: boolean
  #size = 0
  #before = "\n"

  constructor(maxBytes: number, events: boolean) {
    this.#maxBytes = maxBytes
    this.#events = events
  }

  push(chunk: Uint8Array): void {
    this.#size += chunk.length
    if (this.#events) this.#look(chunk)
    if (this.#size > this.#maxBytes) throw new TooLarge(`sent a message of more than ${this.#maxBytes} bytes`)
  }

  #look(chunk: Uint8Array): void {
    const text = this.#before + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1")
    if (/[\r\n]id:/.test(text)) this.resumable = true
    const end = Math.max(text.lastIndexOf("\n\n"), text.lastIndexOf("\r\r"), text.lastIndexOf("\n\r\n"))
    if (end !== -1) this.#size = Math.min(this.#size, text.length - end)
    this.#before = text.slice(-4)
  }
}
