import type { ErrorBody, WireError } from "../errorBodies.ts"
import type { Errors } from "./Dialect.ts"

/**
 * One write to the socket. `opening` and `closing` frames carry no content of the model; `finish` says why it stopped;
 * `terminator` is the mark after the last event.
 */
export interface Frame {
  readonly kind: "opening" | "content" | "closing" | "finish" | "terminator"
  readonly text: string
}

/** A whole answer before any fault: its frames, and how this wire reports an error in the middle of them. */
export interface Transcript {
  readonly contentType: string
  readonly streamed: boolean
  readonly frames: ReadonlyArray<Frame>
  /** An error in place of the frame at `position`. */
  readonly error: (error: WireError, position: number, shape: "nested" | "flat") => string
  /** The failed end of the answer itself, in place of the frame at `position`. */
  readonly failed: (error: WireError, position: number) => string
}

/** The error object of a documented body. An HTML page has none and stands for a server error. */
export const wireError = (entry: ErrorBody, errors: Errors): WireError =>
  typeof entry.body === "string" ? wireError(errors.named("server_error"), errors) : entry.body.error

/**
 * A JSON body as two frames, so that faults can cut it in the middle. `failed` is the body of a failed answer, `reported`
 * the one that holds nothing but an error.
 */
export const jsonTranscript = (
  body: unknown,
  failed?: (error: WireError) => unknown,
  reported: (error: WireError) => unknown = (error) => ({ error }),
): Transcript => {
  const text = JSON.stringify(body)
  const half = Math.floor(text.length / 2)
  const inBand = (error: WireError) => JSON.stringify(reported(error))
  return {
    contentType: "application/json",
    streamed: false,
    frames: [
      { kind: "content", text: text.slice(0, half) },
      { kind: "content", text: text.slice(half) },
    ],
    error: inBand,
    failed: (error) => (failed ? JSON.stringify(failed(error)) : inBand(error)),
  }
}
