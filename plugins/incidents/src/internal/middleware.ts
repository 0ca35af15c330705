import {
  type AttemptTrace,
  type CallContext,
  type CallOutcome,
  type LlmError,
  type LlmRequest,
  type Middleware,
  type Reason,
  type RouteTrace,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import { categoryOf, opensIncidents } from "../Category.ts"
import type { Engine } from "./makeEngine.ts"
import type { SampleSink } from "./Ledger.ts"
import { promptOf, safeText } from "./safeText.ts"

/** A failure whose text waits for the call to end: it may quote the request. */
interface Waiting {
  readonly sink: SampleSink
  readonly at: number
  readonly ms: number
  readonly message: string
}

/** What becomes of calls and their attempts. Nothing here waits for anything. */
class Observer {
  readonly #ledger: Engine["ledger"]
  readonly #now: Engine["now"]
  readonly #promptChars: number
  readonly #waiting = new WeakMap<CallContext, Array<Waiting>>()

  constructor({ ledger, now }: Pick<Engine, "ledger" | "now">, promptChars: number) {
    this.#ledger = ledger
    this.#now = now
    this.#promptChars = promptChars
  }

  attempted({ candidate, outcome, ...attempt }: AttemptTrace, context: CallContext): void {
    const { provider, model } = candidate
    const { operation } = context
    if (outcome === "cancelled") return
    const at = this.#now()
    if (outcome === "ok") return this.#ledger.succeeded("provider", operation, provider, model, at)
    const kind = outcome === "rejected" ? "OutputInvalid" : (attempt.error?.reason ?? "PluginFailure")
    const place = { component: "provider", operation, provider, model }
    const sink = this.#ledger.failed(place, { kind, category: categoryOf(kind) }, at)
    if (sink === undefined) return
    const message = kind === "OutputInvalid" ? rejection([attempt.verdict]) : (attempt.error?.message ?? kind)
    this.#wait(context, { sink, at, ms: attempt.ms, message })
  }

  ended(outcome: CallOutcome, context: CallContext): void {
    const { response, error, request } = outcome
    const route = response?.route ?? error?.context.route
    // Embeddings end without a response.
    const answered = response !== undefined || (error === undefined && outcome.interrupted !== true)
    if (answered) this.#ledger.succeeded("call", context.operation, "", modelOf(request, route), this.#now())
    if (error !== undefined) this.#failed(error, outcome.ms, context, modelOf(request, route))
    if (!answered || route?.attempts.length !== 1) this.#giveSamples(request, context, error)
  }

  #wait(context: CallContext, item: Waiting): void {
    const list = this.#waiting.get(context)
    if (list === undefined) this.#waiting.set(context, [item])
    else list.push(item)
  }

  #failed(error: LlmError, ms: number, context: CallContext, model: string): void {
    const { reason } = error
    const kind = reason._tag
    const at = this.#now()
    const ofCaller = kind === "AllCandidatesFailed" && everyone(reason.attempts, ofCallerOnly)
    const pattern = kind === "AllCandidatesFailed" || kind === "CircuitOpen" ? patterns[kind] : undefined
    const category = ofCaller ? "caller" : categoryOf(kind)
    const countOnly = pattern === undefined && explained(error)
    const place = { component: "call", operation: context.operation, model }
    const sink = this.#ledger.failed(place, { kind, category, pattern, countOnly }, at)
    if (sink !== undefined) this.#wait(context, { sink, at, ms, message: messageOf(reason) })
  }

  #giveSamples(request: LlmRequest | undefined, context: CallContext, error: LlmError | undefined): void {
    const list = this.#waiting.get(context)
    if (list === undefined) return
    this.#waiting.delete(context)
    const allowed = this.#promptChars > 0
    const { requestId } = error?.context ?? {}
    const status = error?.http?.status
    const prompt = allowed && request !== undefined ? promptOf(request, this.#promptChars) : undefined
    for (const { sink, at, ms, message } of list) {
      sink({
        at,
        message: safeText(message, request, allowed),
        call: context.id,
        ms,
        ...(context.tenant === undefined ? {} : { tenant: context.tenant }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(status === undefined ? {} : { status }),
        ...(prompt === undefined ? {} : { prompt }),
      })
    }
  }
}

/** Counts every attempt and every call. */
export const middlewareOf = (engine: Pick<Engine, "ledger" | "now">, promptChars: number): Middleware => {
  const observer = new Observer(engine, promptChars)
  return {
    name: "incidents",
    stage: "guard",
    settled: (attempt, context) => {
      observer.attempted(attempt, context)
      return Effect.void
    },
    ended: (outcome, context) => {
      observer.ended(outcome, context)
      return Effect.void
    },
  }
}

const patterns = { AllCandidatesFailed: "all-candidates-failed", CircuitOpen: "breaker" } as const

/** What the caller asked for; of embeddings, which pass no `request`, the first candidate. */
const modelOf = (request: LlmRequest | undefined, route: RouteTrace | undefined): string => {
  if (request !== undefined) return request.model
  const first = route?.candidates[0]
  return first === undefined ? "" : `${first.provider}/${first.model}`
}

/** The texts of issues may quote the answer: only how many, and who found them. */
const rejection = (verdicts: ReadonlyArray<Verdict | undefined>): string => {
  const issues = verdicts.flatMap((verdict) => verdict?.issues ?? [])
  const by = [...new Set(issues.map(({ validator }) => validator))].join(", ")
  const count = issues.length === 0 ? "" : `: ${issues.length} ${issues.length === 1 ? "issue" : "issues"}`
  return `the answer is not valid${count}${by === "" ? "" : ` (${by})`}`
}

const messageOf = (reason: Reason): string =>
  reason._tag === "OutputInvalid" ? rejection(reason.verdicts) : reason.message

const ofCallerOnly = ({ error }: AttemptTrace): boolean =>
  error !== undefined && !opensIncidents(categoryOf(error.reason))

const everyone = <A>(list: ReadonlyArray<A>, is: (item: A) => boolean): boolean => list.length > 0 && list.every(is)

/** The attempts' own places show it already: one outage is one incident. A call's deadline cancels its attempt. */
const explained = ({ reason, context }: LlmError): boolean =>
  !(reason._tag === "Timeout" && reason.phase === "call") &&
  (context.route?.attempts.some(({ outcome }) => outcome === "failed" || outcome === "rejected") ?? false)
