import {
  type AttemptTrace,
  type CallContext,
  type Candidate,
  candidateName,
  isCachedAnswer,
  type LlmError,
} from "@switchyard/core"
import type { Permit } from "../Breaker.ts"
import type { FailoverOptions } from "../Options.ts"
import type { Place } from "./Bulkhead.ts"
import type { Lane } from "./Lane.ts"
import { bestFit } from "./pattern.ts"

/** What a call holds at one candidate: leave from its breaker and a place in its bulkhead. Given back once. */
export class Ticket {
  /** An attempt at this candidate has ended; and: the candidate gave its answer, which may still flow. */
  settled = false
  answered = false
  readonly lane: Lane
  readonly permit: Permit
  #open = true
  #place: Place | undefined

  constructor(lane: Lane, permit: Permit) {
    this.lane = lane
    this.permit = permit
  }

  get open(): boolean {
    return this.#open
  }

  get name(): string {
    return this.lane.name
  }

  hold(place: Place): void {
    if (this.#open) this.#place = place
    else this.lane.bulkhead?.give(place)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    if (this.permit.probe) this.lane.breaker.release(this.permit)
    if (this.#place !== undefined) this.lane.bulkhead?.give(this.#place)
  }
}

export interface Failure {
  readonly candidate: Candidate
  readonly error: LlmError
}

/** A candidate that was passed over because its breaker let nothing through. */
export interface Passed {
  readonly candidate: Candidate
  readonly lane: Lane
}

/** Where one call has been, and where it may still go. Lives as long as the call. */
export class Journey {
  readonly queue: Array<Candidate>
  readonly asked = new Set<string>()
  /** Who was asked to go on where another answer was cut. */
  readonly resuming = new Set<string>()
  readonly tickets = new Map<string, Ticket>()
  readonly attempts: Array<AttemptTrace> = []
  readonly failures: Array<Failure> = []
  readonly passed: Array<Passed> = []
  /** Providers whose key or account was refused. */
  spoiled: Set<string> | undefined
  /** In tokens: only candidates with a larger context window are of use. */
  windowAbove: number | undefined
  extra = 0

  constructor(candidates: ReadonlyArray<Candidate>) {
    this.queue = [...candidates]
  }

  /** These are asked next, before the others; but not those that were asked or passed over. */
  first(candidates: ReadonlyArray<Candidate>): void {
    const gone = new Set([...this.asked, ...this.passed.map(({ lane }) => lane.name)])
    const fresh = candidates.filter((candidate) => !gone.has(candidateName(candidate)))
    const names = new Set(fresh.map(candidateName))
    const others = this.queue.filter((candidate) => !names.has(candidateName(candidate)))
    this.queue.splice(0, this.queue.length, ...fresh, ...others)
  }

  mayAsk(candidate: Candidate, context: CallContext): boolean {
    if (this.asked.has(candidateName(candidate))) return false
    if (this.spoiled?.has(candidate.provider) === true) return false
    return this.windowAbove === undefined || (windowOf(candidate, context) ?? 0) > this.windowAbove
  }
}

/** Tokens, where the catalog knows. */
export const windowOf = (candidate: Candidate, { catalog, providers }: CallContext): number | undefined =>
  catalog.describe(candidate, providers.get(candidate.provider)?.provider)?.contextWindow

/** "provider/model" as a candidate. */
export const candidateOf = (name: string, reason: string): Candidate => {
  const slash = name.indexOf("/")
  return { provider: name.slice(0, slash), model: name.slice(slash + 1), reason }
}

/** The router's candidates, then those that the options add for the model that was asked for. */
export const withFallbacks = (
  candidates: readonly [Candidate, ...ReadonlyArray<Candidate>],
  { fallbacks }: FailoverOptions,
  { operation }: CallContext,
): ReadonlyArray<Candidate> => {
  // Vectors of another model cannot be compared with those that are stored: only the router may name one.
  if (fallbacks === undefined || operation === "embed" || isCachedAnswer(candidates[0])) return candidates
  const asked = candidateName(candidates[0])
  const extra = bestFit(fallbacks, asked)
  if (extra === undefined) return candidates
  const known = new Set(candidates.map(candidateName))
  return [
    ...candidates,
    ...extra.filter((name) => !known.has(name)).map((name) => candidateOf(name, `fallback of ${asked}`)),
  ]
}

/** The same model under the vendor's other keys, the next one first. */
export const otherKeys = ({ provider, model }: Candidate, { keys }: FailoverOptions): ReadonlyArray<Candidate> => {
  for (const [vendor, ids] of Object.entries(keys ?? {})) {
    const at = ids.indexOf(provider)
    if (at < 0) continue
    const others = [...ids.slice(at + 1), ...ids.slice(0, at)]
    return others.map((id) => ({ provider: id, model, reason: `another key of ${vendor}` }))
  }
  return []
}
