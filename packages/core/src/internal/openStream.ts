import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { LlmError, type TimeoutPhase } from "../LlmError.ts"
import { guard } from "./guard.ts"
import { isContent, type StreamPart } from "../StreamPart.ts"

export type Batch = readonly [StreamPart, ...Array<StreamPart>]
export type PartsPull = Pull.Pull<Batch, LlmError>

/** At least so many characters within so many ms of the first content, or nobody commits to the stream. */
export interface Throughput {
  readonly characters: number
  readonly withinMs: number
}

/**
 * Bounds in ms: of the wait for the first content, of the gap between two pieces, of the whole attempt, and of what is
 * left of the call (`deadline` is the failure when that is over). They end waits on the provider: a
 * reader that takes its time keeps what was handed to it, but past the end of the whole it gets no more.
 */
export interface Limits {
  readonly firstContent: number
  readonly idle: number
  readonly total: number
  readonly call: number
  readonly throughput?: Throughput | undefined
  readonly deadline: () => LlmError
}

/** A stream whose first content has come. `close` lets go of the connection underneath. */
export interface Opened {
  readonly pull: PartsPull
  readonly close: Effect.Effect<void>
  /** The longest wait for a piece after the first content, in ms, so far. */
  readonly slowestGapMs: () => number
}

const waitingFor: Readonly<Record<TimeoutPhase, string>> = {
  connect: "no connection",
  "first-content": "no content",
  throughput: "too little content",
  idle: "no further content",
  total: "no end of the answer",
  call: "no answer",
}

export const timeout = (phase: TimeoutPhase, ms: number): LlmError =>
  LlmError.make({ _tag: "Timeout", phase, ms, message: `${waitingFor[phase]} within ${Math.round(ms)} ms` })

/**
 * Reads a stream up to its first content, so that failing before it is an ordinary failure that retry and failover can
 * handle and no preamble is ever sent twice. Every wait on the provider is bounded by `limits`.
 */
export const openStream = Effect.fnUntraced(function* (
  plugin: string,
  parts: () => Stream.Stream<StreamPart, LlmError>,
  limits: Limits,
  parent: Scope.Scope,
) {
  const scope = yield* Scope.fork(parent)
  const close = Scope.close(scope, Exit.void)
  const handOver = new HandOver(plugin, parts, limits, scope, yield* Clock.Clock)
  yield* Effect.forkIn(handOver.watch, scope)
  const { throughput } = limits
  const reading =
    throughput === undefined
      ? readHead(handOver)
      : Effect.flatMap(readHead(handOver), (head) => probed(handOver, head, throughput))
  const head = yield* Effect.onExit(reading, (exit) => (Exit.isSuccess(exit) ? Effect.void : close))
  handOver.opening = false
  return { pull: withHead(head, handOver.next), close, slowestGapMs: () => handOver.slowestGapMs } satisfies Opened
})

/** Reads until something is worth showing. A stream that ends with neither content nor finish is no answer. */
const readHead = Effect.fnUntraced(function* (handOver: HandOver) {
  const head: Array<StreamPart> = []
  for (;;) {
    const batch = yield* handOver.nextOrEnd
    if (batch === undefined) return yield* nothing
    head.push(...batch)
    if (batch.some(isContent)) return head
  }
})

/** Reads on until the stream has shown its pace: what it has given is kept, and lost only with the attempt. */
const probed = (
  handOver: HandOver,
  head: Array<StreamPart>,
  { characters, withinMs }: Throughput,
): Effect.Effect<Array<StreamPart>, LlmError> => {
  let came = head.reduce((sum, part) => sum + lengthOf(part), 0)
  let over = head.some(({ type }) => type === "finish")
  const readOn: Effect.Effect<Array<StreamPart>, LlmError> = Effect.suspend(() =>
    over || came >= characters
      ? Effect.succeed(head)
      : Effect.flatMap(handOver.nextOrEnd, (batch) => {
          over = batch === undefined || batch.some(({ type }) => type === "finish")
          for (const part of batch ?? []) came += lengthOf(part)
          head.push(...(batch ?? []))
          return readOn
        }),
  )
  return Effect.timeoutOrElse(readOn, {
    duration: withinMs,
    orElse: () => Effect.fail(timeout("throughput", withinMs)),
  })
}

const lengthOf = (part: StreamPart): number =>
  part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-input-delta"
    ? part.text.length
    : 0

const nothing = Effect.suspend(() =>
  Effect.fail(LlmError.make({ _tag: "EmptyResponse", message: "the stream ended before any content" })),
)

export const withHead = ([first, ...rest]: ReadonlyArray<StreamPart>, pull: PartsPull): PartsPull => {
  if (first === undefined) return pull
  let pending: Batch | undefined = [first, ...rest]
  return Effect.suspend((): PartsPull => {
    if (pending === undefined) return pull
    const head = Effect.succeed(pending)
    pending = undefined
    return head
  })
}

const isPart = (part: StreamPart | null | undefined): boolean => {
  if (typeof part !== "object" || part === null || typeof part.type !== "string") return false
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      return typeof part.text === "string"
    case "stream-start":
      return Array.isArray(part.warnings)
    case "finish":
      return typeof part.reason?.unified === "string" && typeof part.usage?.input === "object"
    default:
      return true
  }
}

type Resume<A> = (effect: Effect.Effect<A, LlmError>) => void

/**
 * Runs the provider's stream in a fiber of its own and hands its batches over, each when it is asked for. So a wait can
 * be ended by one timer for the whole stream, and nothing is forked or raced per batch.
 */
class HandOver {
  /** Until the first content has come, the wait for it is what is bounded. */
  opening = true
  slowestGapMs = 0
  readonly #limits: Limits
  readonly #scope: Scope.Scope
  readonly #clock: Clock.Clock
  readonly #startedAt: number
  readonly #run: Effect.Effect<void, LlmError>
  #started = false
  #finished = false
  #end: Effect.Effect<undefined, LlmError> | undefined
  #reader: Resume<Batch | undefined> | undefined
  #parked: Resume<void> | undefined
  #waitingSince: number | undefined

  constructor(
    plugin: string,
    parts: () => Stream.Stream<StreamPart, LlmError>,
    limits: Limits,
    scope: Scope.Scope,
    clock: Clock.Clock,
  ) {
    this.#limits = limits
    this.#scope = scope
    this.#clock = clock
    this.#startedAt = this.#now()
    this.#run = guard(plugin, () => Stream.runForEachArray(parts(), (batch) => this.#park(batch)))
  }

  /** The next batch; `undefined` at the end. */
  readonly nextOrEnd: Effect.Effect<Batch | undefined, LlmError> = Effect.suspend(() => {
    if (this.#end !== undefined) return this.#end
    if (this.#finished && this.#parked !== undefined) return Effect.undefined
    const asked = this.#asked
    return this.#started ? asked : Effect.andThen(this.#start, asked)
  })

  readonly next: PartsPull = Effect.filterOrElse(
    this.nextOrEnd,
    (batch) => batch !== undefined,
    () => Cause.done(),
  )

  /** Sleeps until the nearest bound and looks whether it was reached. */
  readonly watch: Effect.Effect<void> = Effect.suspend(() => {
    const expired = this.#expired()
    if (expired instanceof LlmError) return Effect.sync(() => this.#finish(Effect.fail(expired)))
    return Effect.andThen(
      Effect.sleep(Math.max(1, Math.ceil(expired))),
      Effect.suspend(() => this.watch),
    )
  })

  readonly #start: Effect.Effect<void> = Effect.suspend(() => {
    this.#started = true
    const run = Effect.onExit(this.#run, (exit) =>
      Effect.sync(() => this.#finish(Exit.isSuccess(exit) ? Effect.undefined : Effect.failCause(exit.cause))),
    )
    return Effect.asVoid(Effect.forkIn(run, this.#scope, { startImmediately: true }))
  })

  readonly #asked: Effect.Effect<Batch | undefined, LlmError> = Effect.callback((resume) => {
    if (this.#end !== undefined) return resume(this.#end)
    this.#reader = resume
    this.#waitingSince = this.#now()
    if (this.#wholeLeft(this.#waitingSince) <= 0) return this.#finish(Effect.fail(this.#wholeOver()))
    const parked = this.#parked
    this.#parked = undefined
    parked?.(Effect.void)
  })

  /** In the provider's fiber: gives a batch to whoever asked, and waits until somebody asks again. */
  #park(given: Batch): Effect.Effect<void, LlmError> {
    return Effect.callback((resume) => {
      const batch = this.#upToFinish(given)
      if (batch === undefined) return resume(Effect.die(new TypeError("the stream gave something that is no part")))
      if (this.#reader === undefined) return resume(this.#giveLater(batch))
      this.#parked = resume
      this.#give(Effect.succeed(batch))
    })
  }

  /** Nothing counts that comes after the finish. Authors without types may give what is no part. */
  #upToFinish(batch: Batch): Batch | undefined {
    let at = 0
    for (const part of batch) {
      at++
      if (!isPart(part)) return undefined
      if (part.type !== "finish") continue
      this.#finished = true
      if (at < batch.length) {
        const [head, ...rest] = batch.slice(0, at)
        return head === undefined ? undefined : [head, ...rest]
      }
    }
    return batch
  }

  /** The stream began before its reader asked: the batch waits. */
  #giveLater(batch: Batch): Effect.Effect<void, LlmError> {
    return Effect.callback<void, LlmError>((resume) => {
      this.#parked = () => resume(this.#park(batch))
    })
  }

  #give(result: Effect.Effect<Batch | undefined, LlmError>): void {
    const reader = this.#reader
    this.#reader = undefined
    if (!this.opening && this.#waitingSince !== undefined) {
      this.slowestGapMs = Math.max(this.slowestGapMs, this.#now() - this.#waitingSince)
    }
    this.#waitingSince = undefined
    reader?.(result)
  }

  #finish(end: Effect.Effect<undefined, LlmError>): void {
    this.#end ??= end
    this.#give(this.#end)
  }

  /** What ran out, or the ms until something may. */
  #expired(): LlmError | number {
    const { firstContent, idle } = this.#limits
    const at = this.#now()
    const waiting = this.opening || this.#waitingSince !== undefined
    const wholeLeft = this.#wholeLeft(at)
    if (!waiting) return wholeLeft > 0 ? Math.min(idle, wholeLeft) : idle
    const stepLeft = this.opening ? this.#startedAt + firstContent - at : (this.#waitingSince ?? at) + idle - at
    if (stepLeft <= 0 && stepLeft <= wholeLeft)
      return this.opening ? timeout("first-content", firstContent) : timeout("idle", idle)
    if (wholeLeft <= 0) return this.#wholeOver()
    // Never longer than `idle`: a wait that begins after this look cannot run out before the next.
    return Math.min(stepLeft, wholeLeft, idle)
  }

  #wholeLeft(at: number): number {
    return this.#startedAt + Math.min(this.#limits.total, this.#limits.call) - at
  }

  #wholeOver(): LlmError {
    const { total, call, deadline } = this.#limits
    return total <= call ? timeout("total", total) : deadline()
  }

  #now(): number {
    return Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6
  }
}
