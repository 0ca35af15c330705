/**
 * Why a request or a response body failed below HTTP.
 *
 * It extends `TypeError`, as `fetch` errors do. Abort is not among these: an aborted call fails with the signal's own
 * `reason`, as with `fetch`. The message names the origin at most, never a path, a header or a body.
 *
 * `code` is the system's code (`ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, …), undici's (`UND_ERR_CONNECT_TIMEOUT`,
 * `UND_ERR_HEADERS_TIMEOUT`, `UND_ERR_BODY_TIMEOUT`, `UND_ERR_SOCKET`, `UND_ERR_RES_CONTENT_LENGTH_MISMATCH`, …), the
 * HTTP parser's (`HPE_…`), zlib's (`Z_…`), or one of our own:
 *
 * - `REDIRECT_REFUSED`: the server answered with a redirect, which is not followed (`fetchPublic`: not this one)
 * - `RESPONSE_TOO_LARGE`: the decoded body passed `maxResponseBytes`
 * - `SSE_EVENT_TOO_LARGE`: one event passed `maxEventBytes`
 * - `UNSUPPORTED_ENCODING`: a `content-encoding` that cannot be decoded
 * - `INVALID_REQUEST`: a URL, method or body that cannot be sent
 * - `ADDRESS_REFUSED`: `fetchPublic` met an address that is not on the public internet
 * - `TIME_LIMIT`, `HTTP_STATUS`: `fetchPublic` ran out of time, or was answered with another status than 2xx
 * - `CANCELLED`: the reader of the body gave up
 */
export class TransportError extends TypeError {
  override readonly name = "TransportError"
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
