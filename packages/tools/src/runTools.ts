import { Kernel, LlmError, type LlmRequestInput } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ToolLoop } from "./internal/ToolLoop.ts"
import { prepare } from "./internal/toolTable.ts"
import type { ToolRun, ToolRunOptions } from "./ToolRun.ts"

export { describeTools } from "./internal/toolTable.ts"

/** A run that has been checked and has not begun. */
export const makeLoop = <R>(
  request: LlmRequestInput,
  options: ToolRunOptions<R>,
): Effect.Effect<ToolLoop<R>, LlmError> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const prepared = prepare(request, options)
    return prepared instanceof LlmError ? Effect.fail(prepared) : Effect.succeed(new ToolLoop(prepared, clock))
  })

/**
 * Asks the model, runs the tools that it calls, gives it their results, and again, until it answers, at most `maxSteps`
 * times. Each step is one call of the kernel, with its cache, retries and failover; a conversation that ends with calls is
 * taken up there. `policy.deadline` (ms; default ten minutes) bounds the whole run.
 *
 * Wrong arguments, unknown tools, failures and timeouts of tools are results for the model. The run fails with
 * `InvalidRequest` for a wrong tool, before anything is sent; `ToolFailed` when a tool or a hook says so; `Timeout`; and
 * whatever a step fails with: the steps before it have been told to `onStep`.
 */
export const runTools = <R = never>(
  request: LlmRequestInput,
  options: ToolRunOptions<R>,
): Effect.Effect<ToolRun, LlmError, Kernel | R> =>
  Effect.flatMap(makeLoop(request, options), (loop) => Effect.andThen(loop.begin, steps(loop)))

const steps = Effect.fnUntraced(function* <R>(loop: ToolLoop<R>) {
  const kernel = yield* Kernel
  for (;;) {
    const request = yield* loop.next
    const response = yield* Effect.mapError(kernel.generate(request), loop.explain)
    const answer = loop.ids.answer(response)
    yield* loop.take(answer)
    if (loop.stopped !== undefined) return loop.result(answer)
  }
})
