import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { refused } from "./refusals.ts"

const looksLikeText = (bytes: Uint8Array): boolean => {
  const head = bytes.subarray(0, 512)
  return head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)
}

/** Its own tag first, or after the declarations and comments that may stand before it. */
const isSvg = (bytes: Uint8Array): boolean =>
  /^\s*(<svg[\s>]|<(\?xml|!--|!doctype)[^]*<svg[\s>])/i.test(new TextDecoder().decode(bytes.subarray(0, 4096)))

/**
 * The media type by content, never by name. Fails for what has no signature: SVG with advice, text and unknown bytes.
 * `application/xml` is what SVG with a declaration is taken for.
 */
export const sniff = Effect.fnUntraced(function* (bytes: Uint8Array, what: string): Effect.fn.Return<string, LlmError> {
  const { fileTypeFromBuffer } = yield* Effect.promise(() => import("file-type"))
  const found = yield* Effect.tryPromise({
    try: () => fileTypeFromBuffer(bytes),
    catch: () => refused(what, "is damaged: its type cannot be told from its content"),
  })
  if ((found === undefined || found.mime === "application/xml") && isSvg(bytes)) {
    // Not `Unsupported`, which advises another model: none takes it.
    return yield* refused(what, "is an SVG drawing, which no model takes; convert it to PNG first")
  }
  if (found !== undefined) return found.mime === "image/apng" ? "image/png" : found.mime
  // Told by a table that TIFF has at its end: a file that was cut has none.
  if (/^(II\*\0|MM\0\*)/.test(String.fromCharCode(...bytes.subarray(0, 4)))) return "image/tiff"
  const kind = looksLikeText(bytes) ? "holds text" : "is of no known type"
  return yield* refused(what, `${kind}, whatever its name says; give an image, a PDF or audio`)
})
