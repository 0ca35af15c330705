import type { Validator } from "@switchyard/core"

/** What a validator that gives no verdict in time amounts to: a rejection, or a failure of the call. */
export type OnTimeout = "reject" | "fail"

/** One of the validators that are put together. */
export interface Member {
  /** Names it in issues and in the route trace. */
  readonly name: string
  readonly validator: Validator
  /** The longest that it may take, in ms. Without it the deadline of the call is the only bound. */
  readonly timeoutMs?: number | undefined
  /** Default: `reject`. */
  readonly onTimeout?: OnTimeout | undefined
  /** Its share of a weighted score. Default: 1. */
  readonly weight?: number | undefined
  /** In `all` and `staged`: `false` makes it advice, whose issues are kept and decide nothing. In `weighted`: `true` makes its rejection final. */
  readonly required?: boolean | undefined
  /** In `staged`: what it costs, in any unit. Cheaper ones go first; equal ones as listed. Default: 0. */
  readonly cost?: number | undefined
}
