import * as Context from "effect/Context"

/** A circuit breaker of a model changed its state. `model` is `provider/model`. */
export interface BreakerNotice {
  readonly kind: "breaker"
  readonly model: string
  readonly from: string
  readonly to: string
  readonly why: string
}

/** What a plugin tells the others of its stack outside of any call. */
export type Notice = BreakerNotice

/** Hears and tells at once: nothing waits, and a listener that throws is left out from then on. */
export interface Notices {
  readonly tell: (notice: Notice) => void
  /** Gives how to stop. */
  readonly listen: (listener: (notice: Notice) => void) => () => void
}

export const makeNotices = (): Notices => {
  const listeners = new Set<(notice: Notice) => void>()
  return {
    tell: (notice) => {
      for (const listener of listeners) {
        try {
          listener(notice)
        } catch {
          listeners.delete(listener)
        }
      }
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One for each stack that `compose` builds. Default: nobody tells and nobody hears. */
export const Notices = Context.Reference<Notices>("@switchyard/core/Notices", {
  defaultValue: () => ({ tell: () => undefined, listen: () => () => undefined }),
})
