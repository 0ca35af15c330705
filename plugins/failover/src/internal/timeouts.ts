import type { CallContext, DispatchOptions, Timeouts } from "@switchyard/core"
import { flows } from "./Engine.ts"

/** What the kernel allows between two pieces when nobody says otherwise. */
const kernelIdleMs = 120_000
const defaultShare = 0.6

/** How long one candidate may take, in ms, while another is left. */
export const shareOf = (context: CallContext, share = defaultShare): number =>
  Math.max(1, Math.floor(context.remainingMs() * share))

/**
 * The timeouts of one candidate. While another is left it may take only its share of the time: for the first content of
 * a flowing answer, and for the pause after which another would have to step in; else for the whole answer. Its retries
 * are within that share too.
 */
export const timeoutsFor = (
  own: Timeouts | undefined,
  another: boolean,
  context: CallContext,
  share: number | undefined,
): DispatchOptions | undefined => {
  if (!another) return own === undefined ? undefined : { timeouts: own }
  const most = shareOf(context, share)
  if (!flows(context)) return { timeouts: { ...own, total: Math.min(own?.total ?? most, most) }, withinMs: most }
  const firstContent = Math.min(own?.firstContent ?? most, most)
  const rescued = context.contract === "resume" || context.contract === "restart"
  if (!rescued) return { timeouts: { ...own, firstContent }, withinMs: most }
  return { withinMs: most, timeouts: { ...own, firstContent, idle: Math.min(own?.idle ?? kernelIdleMs, most) } }
}
