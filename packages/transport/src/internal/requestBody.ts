import { Readable } from "node:stream"
import { TransportError } from "../TransportError.ts"

export interface RequestBody {
  readonly payload: string | Uint8Array | Readable | null
  /** What the body itself says it is; a `content-type` given by the caller wins. */
  readonly contentType: string | undefined
}

const none: RequestBody = { payload: null, contentType: undefined }

const encodeBlob = async (blob: Blob): Promise<RequestBody> => ({
  payload: new Uint8Array(await blob.arrayBuffer()),
  contentType: blob.type === "" ? undefined : blob.type,
})

/** The platform writes the multipart text and its boundary. */
const encodeForm = async (form: FormData): Promise<RequestBody> => {
  const encoded = new Response(form)
  return {
    payload: new Uint8Array(await encoded.arrayBuffer()),
    contentType: encoded.headers.get("content-type") ?? undefined,
  }
}

const isAsyncIterable = (body: object): body is AsyncIterable<unknown> => Symbol.asyncIterator in body

/** Turns what `fetch` takes as a body into what undici sends. A promise only where the bytes have to be read first. */
export const requestBody = (body: BodyInit | null | undefined): RequestBody | Promise<RequestBody> => {
  if (body === undefined || body === null) return none
  if (typeof body === "string") return { payload: body, contentType: "text/plain;charset=UTF-8" }
  if (body instanceof ArrayBuffer) return { payload: new Uint8Array(body), contentType: undefined }
  if (ArrayBuffer.isView(body)) {
    return { payload: new Uint8Array(body.buffer, body.byteOffset, body.byteLength), contentType: undefined }
  }
  if (body instanceof URLSearchParams) {
    return { payload: body.toString(), contentType: "application/x-www-form-urlencoded;charset=UTF-8" }
  }
  if (body instanceof Blob) return encodeBlob(body)
  if (body instanceof FormData) return encodeForm(body)
  if (isAsyncIterable(body)) return { payload: Readable.from(body, { objectMode: false }), contentType: undefined }
  throw new TransportError("INVALID_REQUEST", "the request body is of a kind that cannot be sent")
}
