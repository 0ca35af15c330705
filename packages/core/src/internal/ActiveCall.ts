import type * as Clock from "effect/Clock"
import * as Exit from "effect/Exit"
import * as Effect from "effect/Effect"
import type { CallContext, Operation } from "../CallContext.ts"
import type { Warning } from "../Finish.ts"
import { type ErrorContext, isLlmError, LlmError } from "../LlmError.ts"
import type { CallOutcome } from "../Middleware.ts"
import type { LlmRequest, LlmRequestInput, StreamContract } from "../Request.ts"
import type { LlmResponse } from "../Response.ts"
import type { Route } from "../Router.ts"
import type { AttemptTrace, Candidate, Decision, RouteTrace } from "../RouteTrace.ts"
import type { Stack } from "../Stack.ts"
import type { SpanOutcome } from "../Tracer.ts"
import type { Relay } from "./Relay.ts"

/** Ten minutes: what the vendors' own clients allow. */
export const defaultDeadlineMs = 600_000
/** Reasoning models may think in silence; two minutes between two pieces is a stall. */
export const defaultIdleMs = 120_000

const millis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** What a request says of its call. `deadline` in ms. */
export interface CallSettings {
  readonly tenant?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly deadline?: number | undefined
  readonly contract?: StreamContract | undefined
  readonly depth?: number
}

/** Makes a call within another. */
export type Within = (outer: ActiveCall, request: LlmRequestInput) => Effect.Effect<LlmResponse, LlmError>

/** The state of one call: its clock, its trace and its warnings. Lives as long as the call. */
export class ActiveCall implements CallContext {
  readonly id: string
  readonly operation: Operation
  readonly contract: StreamContract | undefined
  readonly tenant: string | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly providers
  readonly catalog
  readonly routes
  readonly deadlineMs: number
  readonly depth: number
  readonly attempts: Array<AttemptTrace> = []
  readonly warnings: Array<Warning> = []
  cacheOutcome = "none"
  /** Tells the cache that the call has its answer, or never will; what happens after the first time is nothing. */
  release: Effect.Effect<void> = Effect.void
  /** Through which its answer flows where others may follow it. */
  relay: Relay | undefined
  /** Before all was read. */
  callerLeft = false
  /** What was asked, as far as middleware has made it. */
  request: LlmRequest | undefined
  /** The request as the next candidate gets it, after what the ones before it were told. */
  amended: LlmRequest | undefined
  /** What the caller was given. */
  concluded: LlmResponse | undefined
  #failure: LlmError | undefined
  #route: Route | undefined
  #decisions: Array<Decision> = []
  #current: ErrorContext = {}
  #started = 0
  #clock: Clock.Clock
  #startedAt: number
  #within: Within

  constructor(
    id: string,
    operation: Operation,
    settings: CallSettings,
    stack: Stack,
    clock: Clock.Clock,
    within: Within,
  ) {
    this.id = id
    this.operation = operation
    this.contract = settings.contract
    this.tenant = settings.tenant
    this.tags = settings.tags ?? noTags
    this.deadlineMs = settings.deadline ?? defaultDeadlineMs
    this.providers = stack.providers
    this.catalog = stack.catalog
    this.routes = stack.routes
    this.depth = settings.depth ?? 0
    this.#within = within
    this.#clock = clock
    this.#startedAt = millis(clock)
  }

  readonly elapsedMs = (): number => millis(this.#clock) - this.#startedAt
  readonly remainingMs = (): number => this.deadlineMs - this.elapsedMs()
  readonly decide = (by: string, what: string): void => {
    this.#decisions.push({ atMs: round(this.elapsedMs()), by, what })
  }
  readonly warn = (warning: Warning): void => {
    this.warnings.push(warning)
  }
  readonly ask = (request: LlmRequestInput): Effect.Effect<LlmResponse, LlmError> => this.#within(this, request)

  routed(route: Route): void {
    this.#route = route
  }

  attempted(attempt: AttemptTrace): void {
    this.attempts.push(attempt)
  }

  get strategy(): string {
    return this.#route?.strategy ?? "none"
  }

  trace(): RouteTrace {
    return {
      strategy: this.strategy,
      reasons: this.#route?.reasons ?? [],
      candidates: this.#route?.candidates ?? [],
      attempts: [...this.attempts],
      decisions: [...this.#decisions],
    }
  }

  /** The failure as the caller sees it: where it happened, how long it took, and what was tried. */
  failed(error: LlmError): LlmError {
    const route = this.trace()
    this.#failure = LlmError.of(error, { operation: this.operation, route, elapsedMs: round(this.elapsedMs()) })
    return this.#failure
  }

  /** A candidate is about to be asked. Gives where a failure of this attempt happens. */
  attempting({ provider, model }: Candidate): ErrorContext {
    this.#current = { operation: this.operation, attempt: ++this.#started, provider, model }
    return this.#current
  }

  /** The kernel's own warnings, then those of the answer. */
  allWarnings(ofAnswer: ReadonlyArray<Warning>): ReadonlyArray<Warning> {
    return this.warnings.length === 0 ? ofAnswer : [...this.warnings, ...ofAnswer]
  }

  /** How the call ended, for its span. */
  outcome(exit: Exit.Exit<unknown, unknown>): SpanOutcome {
    const error = Exit.findErrorOption(exit)
    return {
      seconds: this.elapsedMs() / 1000,
      attempts: this.attempts.length,
      strategy: this.strategy,
      cache: this.cacheOutcome,
      ...(error._tag === "Some" && isLlmError(error.value) ? { error: error.value } : {}),
      ...(Exit.hasInterrupts(exit) ? { interrupted: true } : {}),
    }
  }

  /** How the call ended, for middleware. */
  ending(exit: Exit.Exit<unknown, unknown>): CallOutcome {
    const ms = round(this.elapsedMs())
    const common = this.request === undefined ? { ms } : { ms, request: this.request }
    const left = this.callerLeft ? { interrupted: true } : {}
    if (this.concluded !== undefined) return { ...common, response: this.concluded, ...left }
    if (this.#failure !== undefined) return { ...common, error: this.#failure, ...left }
    const embedded = this.operation === "embed" && Exit.isSuccess(exit)
    return embedded ? common : { ...common, interrupted: true }
  }

  deadlinePassed(): LlmError {
    const message = `the call did not end within its deadline of ${this.deadlineMs} ms`
    return LlmError.make(
      { _tag: "Timeout", phase: "call", ms: this.deadlineMs, message, recovery: "none" },
      this.#current,
    )
  }
}

const noTags: Readonly<Record<string, string>> = {}

/** Milliseconds to the hundredth: enough to read, short to print. */
export const round = (ms: number): number => Math.round(ms * 100) / 100
