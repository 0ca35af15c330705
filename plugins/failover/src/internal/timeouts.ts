import { type CallContext, type DispatchOptions, LlmError, type Timeouts } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { flows } from "./Engine.ts"

/** What the kernel allows between two pieces when nobody says otherwise. */
const kernelIdleMs = 120_000
const defaultShare = 0.6

/** How long one candidate may take, in ms, while another is left. */
export const shareOf = (context: CallContext, share = defaultShare): number =>
  Math.max(1, Math.floor(context.remainingMs() * share))

/**
 * The timeouts of one candidate. While another is left it may take only its share of the time: for the first content of
 * a flowing answer, and for the pause after which another would have to step in; else for the whole answer.
 */
export const timeoutsFor = (
  own: Timeouts | undefined,
  another: boolean,
  context: CallContext,
  share: number | undefined,
): DispatchOptions | undefined => {
  if (!another) return own === undefined ? undefined : { timeouts: own }
  const most = shareOf(context, share)
  if (!flows(context)) return { timeouts: { ...own, total: Math.min(own?.total ?? most, most) } }
  const firstContent = Math.min(own?.firstContent ?? most, most)
  const rescued = context.contract === "resume" || context.contract === "restart"
  if (!rescued) return { timeouts: { ...own, firstContent } }
  return { timeouts: { ...own, firstContent, idle: Math.min(own?.idle ?? kernelIdleMs, most) } }
}

/** An attempt that takes all of the share ends by its own timeout, and only then by this. In ms. */
const graceMs = 25

/** All that is done at one candidate, retries and their waits included, until its answer begins, or is whole. */
export const withinShare = <A>(
  asked: Effect.Effect<A, LlmError>,
  context: CallContext,
  share: number | undefined,
): Effect.Effect<A, LlmError> =>
  Effect.suspend(() => {
    const ms = shareOf(context, share)
    const message = `no answer within ${ms} ms, its share of the call's time`
    const late = () => Effect.fail(LlmError.make({ _tag: "Timeout", phase: "total", ms, message }))
    return Effect.timeoutOrElse(asked, { duration: ms + graceMs, orElse: late })
  })
