import type { LlmRequestInput } from "@switchyard/core"
import {
  type AnySchema,
  type DeepPartial,
  type EncodedOf,
  type ObjectReader,
  type ObjectRequest,
  type ObjectResult,
  readObject,
  type TypeOf,
} from "@switchyard/tools"
import { isLlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { toSwitchyardError } from "./errors.ts"
import { unwrap } from "./internal/outcome.ts"
import { ResponseStream, type Source } from "./ResponseStream.ts"

/**
 * An object while it is being written: iterate it once for snapshots of what is there, each as JSON and unchecked; then, or
 * instead, ask for `object()`, which is checked. An object that does not fit its schema rejects both, at the end.
 */
export class ObjectStream<S extends AnySchema> implements AsyncIterable<DeepPartial<EncodedOf<S>>> {
  readonly #parts: ResponseStream
  readonly #signal: AbortSignal | undefined
  #reader: ObjectReader<S> | undefined
  #begun = false
  #drained: Promise<void> | undefined
  #whole: Promise<ObjectResult<TypeOf<S>>> | undefined

  constructor(
    request: ObjectRequest<S>,
    open: (request: LlmRequestInput) => Promise<Source>,
    signal: AbortSignal | undefined,
  ) {
    this.#signal = signal
    this.#parts = new ResponseStream(() => {
      const reader = readObject(request)
      if (isLlmError(reader)) return Promise.reject(toSwitchyardError(reader))
      this.#reader = reader
      return open(reader.request)
    }, signal)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeepPartial<EncodedOf<S>>, void, undefined> {
    this.#begun = true
    for await (const part of this.#parts) {
      if (this.#reader?.push(part) === true) yield this.#reader.partial()
    }
    await this.#checked()
  }

  /** The object, checked: after the reading, or instead of it. */
  async object(): Promise<TypeOf<S>> {
    return (await this.result()).object
  }

  /** The object and the answer that it came in. */
  async result(): Promise<ObjectResult<TypeOf<S>>> {
    if (!this.#begun) this.#drained ??= this.#drain()
    await this.#drained
    return this.#checked()
  }

  async #drain(): Promise<void> {
    for await (const partial of this) void partial
  }

  /** Stops the answer and closes the connection. */
  cancel(): Promise<void> {
    return this.#parts.cancel()
  }

  async #checked(): Promise<ObjectResult<TypeOf<S>>> {
    // Rejects when the stream failed, was cancelled, or is still being read.
    await this.#parts.response()
    return (this.#whole ??= this.#check())
  }

  async #check(): Promise<ObjectResult<TypeOf<S>>> {
    if (this.#reader === undefined) throw new TypeError("the stream was never opened")
    return unwrap(await Effect.runPromiseExit(this.#reader.whole), this.#signal)
  }
}
