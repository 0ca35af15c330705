import { Fold, Kernel, LlmError, type LlmRequestInput, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AnySchema, DeepPartial, EncodedOf, TypeOf } from "./AnySchema.ts"
import {
  type ObjectCall,
  objectCall,
  objectIn,
  type ObjectRequest,
  type ObjectResult,
} from "./internal/objectAnswer.ts"
import { PartialJson } from "./PartialJson.ts"

/** What an object is while it is being written, unchecked: as JSON, before the schema decodes it. */
export interface PartialObject<P> {
  readonly type: "partial"
  readonly object: P
}

/** The whole object, checked. The last part. */
export interface WholeObject<A> extends ObjectResult<A> {
  readonly type: "object"
}

export type ObjectPart<S extends AnySchema> = PartialObject<DeepPartial<EncodedOf<S>>> | WholeObject<TypeOf<S>>

/**
 * `generateObject`, as it is written: a `partial` whenever there is more to see, at most one per piece of the answer, and
 * the checked `object`, once and last. Each partial is a snapshot. After a `restart` (policy.stream) partials begin anew.
 * Fails as `generateObject` does, and as streams do.
 */
export const streamObject = <S extends AnySchema>(
  request: ObjectRequest<S>,
): Stream.Stream<ObjectPart<S>, LlmError, Kernel> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const kernel = yield* Kernel
      const reader = readObject(request)
      if (reader instanceof LlmError) return yield* reader
      const whole = Effect.map(reader.whole, (result): ObjectPart<S> => ({ type: "object", ...result }))
      return Stream.concat(partials(kernel.stream(reader.request), reader), Stream.fromEffect(whole))
    }),
  )

const partials = <S extends AnySchema>(
  parts: Stream.Stream<StreamPart, LlmError>,
  reader: ObjectReader<S>,
): Stream.Stream<ObjectPart<S>, LlmError> =>
  Stream.transformPull(parts, (pull) => {
    const next: Effect.Effect<readonly [ObjectPart<S>], Effect.Error<typeof pull>> = Effect.flatMap(pull, (batch) => {
      let more = false
      for (const part of batch) more = reader.push(part) || more
      return more ? Effect.succeed([{ type: "partial", object: reader.partial() }] as const) : next
    })
    return Effect.succeed(next)
  })

/** Reads an object out of the parts of a stream: for adapters that fetch the parts themselves. */
export class ObjectReader<S extends AnySchema> {
  /** What to send. */
  readonly request: LlmRequestInput
  readonly #read: ObjectCall<TypeOf<S>>["read"]
  readonly #fold = new Fold()
  #json = new PartialJson()

  constructor({ request, read }: ObjectCall<TypeOf<S>>) {
    this.request = request
    this.#read = read
  }

  /** Takes the next part. True when there is more to see than before. */
  push(part: StreamPart): boolean {
    this.#fold.push(part)
    if (part.type === "restart") this.#json = new PartialJson()
    return (part.type === "text-delta" || part.type === "text") && this.#json.push(part.text)
  }

  /** A snapshot of what has been written. */
  partial(): DeepPartial<EncodedOf<S>> {
    const written: unknown = this.#json.value()
    return written as DeepPartial<EncodedOf<S>> // nobody has checked it: the type is what the model was asked for
  }

  /** The object, checked, when the stream has ended. */
  readonly whole: Effect.Effect<ObjectResult<TypeOf<S>>, LlmError> = Effect.suspend(() =>
    objectIn(this.#read, this.#fold.call()),
  )
}

/** A reader for this request, or an `InvalidRequest` for its schema. */
export const readObject = <S extends AnySchema>(request: ObjectRequest<S>): ObjectReader<S> | LlmError => {
  const call = objectCall(request)
  return call instanceof LlmError ? call : new ObjectReader<S>(call)
}
