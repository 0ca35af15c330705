import type { ErrorName } from "./errorBodies.ts"

/**
 * What goes wrong with one answer. Faults combine: `{ delayMs: 50, stallAfterChunks: 3, gzip: true }`.
 *
 * A *chunk* is one streamed event that carries content: a piece of text, reasoning, refusal or tool arguments. What
 * comes before the first content (headers, the role delta, `response.created` ...) is not counted, so one script means
 * the same on all wires. A body that is not streamed counts as two chunks: its two halves.
 *
 * Of several ways to end (`stall`, `reset`, `end`, `error`, `failed`), the one with the smallest number wins.
 */
export interface Fault {
  // --- instead of an answer ---

  /** Accept the request and never send a byte. The request stays open until the client or the test gives up. */
  readonly silent?: boolean
  /** Tear the connection down (TCP reset) once the request has been read. The client sees a connection error. */
  readonly resetBeforeHeaders?: boolean
  /** Answer with this HTTP status and the documented error body for it (see `errorBodies`). Any code from 200 to 599. */
  readonly status?: number
  /** Answer with this documented error: its status, body and content type. With `errorAfterChunks`: the error sent. */
  readonly error?: ErrorName
  /**
   * Replaces the body: a string is sent as is, anything else as JSON. With or without `status`. With `errorAfterChunks` or
   * `failedAfterChunks`: the object whose `error` is sent there.
   */
  readonly body?: unknown
  /** Added to the response headers: `retry-after`, `retry-after-ms`, `x-ratelimit-reset-requests`, `x-should-retry` ... */
  readonly headers?: Readonly<Record<string, string>>
  /** A 200 with an HTML page, as login portals and proxies send. */
  readonly html?: boolean
  /** Headers with status 200 and no body at all. */
  readonly emptyBody?: boolean
  /** Headers of an event stream, then a clean end. */
  readonly emptyStream?: boolean

  // --- slow answers, in milliseconds ---

  /** Before the headers. */
  readonly delayMs?: number
  /** Between the headers and the first chunk. */
  readonly firstChunkDelayMs?: number
  /** Before every further chunk. */
  readonly chunkDelayMs?: number

  // --- cut answers: after n chunks; 0 is right before the first ---

  /** Send n chunks, then nothing, with the connection left open. */
  readonly stallAfterChunks?: number
  /** Send n chunks, then (25 ms later, so that the client can read them) close the socket in the middle of the body. */
  readonly resetAfterChunks?: number
  /** Send n chunks, then end the body properly: no finish reason, no terminator. Looks complete to HTTP. */
  readonly endAfterChunks?: number
  /** Send n chunks, then an error inside the 200, then end. Chat: `{ error }`. Responses, messages: an `error` event. */
  readonly errorAfterChunks?: number
  /** Send n chunks, then fail the answer itself. Chat: finish reason `error`. Responses: `response.failed`. Messages: as above. */
  readonly failedAfterChunks?: number
  /** Shape of the responses `error` event: nested, as servers send it (default), or flat, as the schema publishes it. */
  readonly errorShape?: "nested" | "flat"

  // --- damaged answers ---

  /**
   * The stream lacks the event that says why it ended: chat `finish_reason`, responses `response.completed`, messages
   * `message_delta`. The terminator is still sent.
   */
  readonly missingFinish?: boolean
  /** The stream lacks its last mark: chat `data: [DONE]`, messages `message_stop`. The responses wire has none. */
  readonly missingTerminator?: boolean
  /** The JSON of chunk n is cut in half; the stream goes on. The first chunk is 0. */
  readonly malformedChunkAt?: number
  /** Chunk n is sent twice, byte for byte. The first chunk is 0. */
  readonly duplicateChunkAt?: number
  /** A body that is not streamed stops half way, with a clean end. */
  readonly invalidJson?: boolean
  /** The wrong content type on an otherwise right answer, such as `text/html` or `application/octet-stream`. */
  readonly contentType?: string
  /** Compress the body; a stream is flushed after every event. Not a fault, but clients fail on it. */
  readonly gzip?: boolean
}
