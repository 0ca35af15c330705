import {
  type FinishPart,
  Fold,
  Kernel,
  type LlmError,
  type LlmRequestInput,
  type StreamPart,
  unfold,
  type Warning,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { hookFailed } from "./internal/callTool.ts"
import { settle } from "./internal/settle.ts"
import type { ToolLoop } from "./internal/ToolLoop.ts"
import { makeLoop } from "./runTools.ts"
import type { ToolRun, ToolRunOptions } from "./ToolRun.ts"

export interface ToolStreamOptions<R = never> extends ToolRunOptions<R> {
  /** Given the run just before the stream's `finish`. */
  readonly onEnd?: ((run: ToolRun) => unknown) | undefined
}

/**
 * `runTools`, as it comes: one stream of all steps. It has one `stream-start`, then the parts of each step followed by the
 * `tool-result`s (and `approval-request`s) of its calls, and one `finish`: that of the last step, with the usage and the
 * warnings of all. A `restart` (policy.stream) makes void the step it comes in; what earlier steps said follows again,
 * so that here too nothing counts that stands before a `restart`.
 */
export const streamTools = <R = never>(
  request: LlmRequestInput,
  options: ToolStreamOptions<R>,
): Stream.Stream<StreamPart, LlmError, Kernel | R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const kernel = yield* Kernel
      const loop = yield* makeLoop(request, options)
      const shown = yield* loop.begin
      return new StepStreams(kernel, loop, options.onEnd).from(shown)
    }),
  )

type Parts<R> = Stream.Stream<StreamPart, LlmError, R>

/** Joins the streams of the steps into one. */
class StepStreams<R> {
  readonly #kernel: Kernel["Service"]
  readonly #loop: ToolLoop<R>
  readonly #onEnd: ToolStreamOptions["onEnd"]
  #fold = new Fold()
  #started = false
  #warnings: Array<Warning> = []
  /** What the steps before this one said, for a restart. */
  #earlier: Array<StreamPart> = []

  constructor(kernel: Kernel["Service"], loop: ToolLoop<R>, onEnd: ToolStreamOptions["onEnd"]) {
    this.#kernel = kernel
    this.#loop = loop
    this.#onEnd = onEnd
  }

  from(shown: ReadonlyArray<StreamPart>): Parts<R> {
    if (shown.length === 0) return this.#step()
    this.#started = true
    this.#earlier.push(...shown)
    return Stream.concat(Stream.fromArray([{ type: "stream-start", warnings: [] }, ...shown]), this.#step())
  }

  #step(): Parts<R> {
    return Stream.unwrap(
      Effect.map(this.#loop.next, (request) => {
        this.#fold = new Fold()
        const parts = Stream.mapError(this.#kernel.stream(request), this.#loop.explain)
        return Stream.concat(this.#passing(parts), Stream.unwrap(this.#after))
      }),
    )
  }

  /** The parts of a step, batch by batch, without its ends. */
  #passing(parts: Stream.Stream<StreamPart, LlmError>): Parts<never> {
    return Stream.transformPull(parts, (pull) => {
      const next: typeof pull = Effect.flatMap(pull, (batch) => {
        const [head, ...rest] = batch.flatMap((part) => this.#pass(part))
        return head === undefined ? next : Effect.succeed([head, ...rest] as const)
      })
      return Effect.succeed(next)
    })
  }

  #pass(given: StreamPart): ReadonlyArray<StreamPart> {
    const part = this.#loop.ids.part(given)
    this.#fold.push(part)
    switch (part.type) {
      case "finish":
        return []
      case "restart":
        this.#started = false
        return [part]
      case "stream-start": {
        if (this.#started) return []
        this.#started = true
        return [part, ...this.#earlier]
      }
      default:
        return [part]
    }
  }

  /** The step is whole: its tools, and then the next step or the end. */
  readonly #after: Effect.Effect<Parts<R>, LlmError, R> = Effect.suspend(() => {
    const response = this.#fold.call()
    const { finish } = this.#fold
    this.#warnings.push(...response.warnings)
    return Effect.flatMap(this.#loop.take(response), (shown): Effect.Effect<Parts<R>, LlmError> => {
      if (this.#loop.stopped !== undefined) {
        return Effect.map(this.#end(this.#loop.result(response), finish), (last) => Stream.fromArray([...shown, last]))
      }
      this.#earlier.push(...unfold(response).slice(2, -1), ...shown)
      return Effect.succeed(Stream.concat(Stream.fromArray(shown), this.#step()))
    })
  })

  #end(run: ToolRun, finish: FinishPart | undefined): Effect.Effect<FinishPart, LlmError> {
    const last: FinishPart = {
      ...(finish ?? { type: "finish", reason: run.response.finish }),
      usage: run.usage,
      ...(this.#warnings.length === 0 ? {} : { warnings: this.#warnings }),
    }
    const onEnd = this.#onEnd
    if (onEnd === undefined) return Effect.succeed(last)
    const told = Effect.mapError(
      settle(() => onEnd(run)),
      (error) => hookFailed("run", "onEnd", error),
    )
    return Effect.as(this.#loop.inTime(told), last)
  }
}
