import type { LlmError, ReasonTag } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** What may have passed a moment later. */
const passing: ReadonlySet<ReasonTag> = new Set<ReasonTag>([
  "RateLimited",
  "Overloaded",
  "ProviderInternal",
  "Network",
  "Timeout",
])

/** No single wait is longer, in ms. Who asks for more is not waited for: the next run goes on. */
const longestWait = 60_000

const mayPass = (error: LlmError): boolean =>
  passing.has(error.reason._tag) && error.recovery !== "none" && (error.retryAfterMs ?? 0) <= longestWait

const waits = (times: number) =>
  Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")]).pipe(
    Schedule.setInputType<LlmError>(),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.succeed(Duration.max(duration, Duration.millis(input.retryAfterMs ?? 0))),
    ),
    Schedule.upTo({ times }),
  )

/** An embedder that is asked again when it failed in a way that may pass: after 1 s, 2 s, 4 s, or when it asked to be. */
export const retrying = (embedder: Embedder, times: number): Embedder => {
  const schedule = waits(times)
  return {
    ...embedder,
    embed: (texts, options) => Effect.retry(embedder.embed(texts, options), { schedule, while: mayPass }),
  }
}
