import * as Context from "effect/Context"
import type { BreakerStatus, Transition } from "./Breaker.ts"

/** One model as failover sees it: its breaker, and how many calls run and wait there. */
export interface ModelStatus extends BreakerStatus {
  readonly model: string
  readonly running: number
  readonly waiting: number
}

/** A breaker's change of state. */
export interface ModelTransition extends Transition {
  readonly model: string
}

/**
 * Watches and operates the breakers. Models are named "provider/model". Nothing waits: every method answers at once.
 */
export interface FailoverControl {
  /** `undefined` for a model that was neither called nor forced yet. */
  readonly status: (model: string) => ModelStatus | undefined
  /** Every model that was called or forced. */
  readonly all: () => ReadonlyArray<ModelStatus>
  /** Lets no call through until `automatic`. */
  readonly forceOpen: (model: string) => void
  /** Lets every call through until `automatic`. */
  readonly forceClosed: (model: string) => void
  /** Ends forcing, and closes the breaker with nothing remembered. */
  readonly automatic: (model: string) => void
  /** Tells of every change of state from now on; gives how to stop. A listener that throws is left out. */
  readonly onTransition: (listener: (transition: ModelTransition) => void) => () => void
}

const absent: FailoverControl = {
  status: () => undefined,
  all: () => [],
  forceOpen: () => undefined,
  forceClosed: () => undefined,
  automatic: () => undefined,
  onTransition: () => () => undefined,
}

/** The control of the stack's failover, in the context of the stack. Default: there is none, and nothing to see. */
export const FailoverControl = Context.Reference<FailoverControl>("@switchyard/failover/FailoverControl", {
  defaultValue: () => absent,
})

/** A control that works from when the stack stands: for users who hand over options and have no layers. */
export interface FailoverHandle extends FailoverControl {
  readonly [handle]: (control: FailoverControl) => void
}

const handle: unique symbol = Symbol.for("@switchyard/failover/handle")

export const isFailoverHandle = (value: unknown): value is FailoverHandle =>
  typeof value === "object" && value !== null && handle in value

/** Connects a handle with the stack that was given it. */
export const connect = (given: FailoverHandle, control: FailoverControl): void => given[handle](control)

/**
 * A handle for `failover({ control })`. Before the stack stands it shows nothing; what is forced, and who listens, is kept
 * until then.
 */
export const makeFailoverHandle = (): FailoverHandle => {
  let control: FailoverControl | undefined
  const waiting: Array<(control: FailoverControl) => void> = []
  const whenThere = (use: (control: FailoverControl) => void): void => {
    if (control === undefined) waiting.push(use)
    else use(control)
  }
  return {
    [handle]: (made) => {
      control = made
      for (const use of waiting.splice(0)) use(made)
    },
    status: (model) => control?.status(model),
    all: () => control?.all() ?? [],
    forceOpen: (model) => whenThere((there) => there.forceOpen(model)),
    forceClosed: (model) => whenThere((there) => there.forceClosed(model)),
    automatic: (model) => whenThere((there) => there.automatic(model)),
    onTransition: (listener) => {
      let stop: (() => void) | undefined
      let wanted = true
      whenThere((there) => {
        if (wanted) stop = there.onTransition(listener)
      })
      return () => {
        wanted = false
        stop?.()
      }
    },
  }
}
