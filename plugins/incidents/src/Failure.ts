import type { Category } from "./Category.ts"

/**
 * Where something ran. The plugin's own components are `provider` (each attempt, with provider and model) and `call`
 * (each call as its caller sees it, with the model that was asked for); operations are generate, stream and embed.
 */
export interface Place {
  readonly component: string
  readonly operation: string
  readonly provider?: string
  readonly model?: string
}

/** One failure as an example: cleaned of keys, and without the prompt unless an option allows some of it. */
export interface Sample {
  /** Ms since 1970. */
  readonly at: number
  readonly message: string
  /** The call's id, as in its trace. */
  readonly call?: string
  readonly tenant?: string
  /** Of the attempt, or of the call. */
  readonly ms?: number
  readonly requestId?: string
  readonly status?: number
  readonly prompt?: string
}

/**
 * All failures of one kind at one place. `rate` is their share of everything that ran at the place and was not cancelled,
 * 0 to 1. Times in ms since 1970.
 */
export interface Aggregate extends Place {
  readonly kind: string
  readonly category: Category
  readonly count: number
  readonly rate: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly sample?: Sample
}

/** What is handed to `Incidents.record`. `kind` is a reason of `LlmError`, or any short name. */
export interface Occurrence extends Place {
  readonly kind: string
  readonly message: string
  /** Default: that of the kind. */
  readonly category?: Category
}
