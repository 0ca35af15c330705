import type { CallContext, Demand, LlmResponse, StreamPart } from "@switchyard/core"
import { type Asked, Flight } from "./Flight.ts"
import type { Follower } from "./internal/Follower.ts"

/** A call whose leaders failed so often asks by itself: many calls do not wait for many failures, one after the other. */
const mostJoins = 3

/** A flight, seen from one who follows it. */
export interface Joined {
  readonly flight: Flight
  readonly follower: Follower
}

/** What a call is to a flight: without a follower, it leads. */
interface Part {
  readonly id: string
  readonly flight: Flight
  readonly follower?: Follower
}

/**
 * The calls of this process that are under way, by what they ask. `id` is whatever two calls have in common that may have
 * one answer: a key behind its tenant's wall. Of each flight `maxBytes` are held for those who follow.
 */
export class Flights {
  readonly maxBytes: number
  readonly #byId = new Map<string, Flight>()
  readonly #calls = new Map<string, ReadonlyArray<Part>>()
  readonly #joins = new WeakMap<CallContext, number>()

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** May this call wait for another once more? */
  mayJoin(context: CallContext): boolean {
    return (this.#joins.get(context) ?? 0) < mostJoins
  }

  /** It waits for another once more. */
  joins(context: CallContext): void {
    this.#joins.set(context, (this.#joins.get(context) ?? 0) + 1)
  }

  /** The call that asks the same, to be followed until `over`. */
  join(id: string, context: CallContext): Joined | undefined {
    const flight = this.#byId.get(id)
    if (flight === undefined || flight.leader === context.id || !this.mayJoin(context)) return undefined
    this.joins(context)
    this.over(id, context)
    const follower = flight.join()
    this.#add(context, { id, flight, follower })
    return { flight, follower }
  }

  /** From now on others who ask the same follow this call, unless they follow one already. */
  lead(id: string, about: Asked, context: CallContext, startedAt: number): void {
    const there = this.#byId.get(id)
    if (there?.leader === context.id) return
    this.over(id, context)
    if (there !== undefined) return
    const flight = new Flight(context.id, about, startedAt, this.maxBytes)
    this.#byId.set(id, flight)
    this.#add(context, { id, flight })
  }

  /** What this call leads. */
  ledBy(id: string, context: CallContext): Flight | undefined {
    const part = this.#of(id, context)
    return part?.follower === undefined ? part?.flight : undefined
  }

  /** `Cache.share` of a call: none that follows another, or that nobody could follow, is shared. */
  share(id: string, context: CallContext, told: (demand: Demand) => void): number | undefined {
    const flight = this.ledBy(id, context)
    flight?.share(told)
    return flight === undefined ? undefined : this.maxBytes
  }

  push(id: string, batch: ReadonlyArray<StreamPart>, context: CallContext): void {
    const flight = this.ledBy(id, context)
    flight?.push(batch)
    // Too much to hold for those who might still come.
    if (flight?.isOpen === false) this.#land(id, flight)
  }

  stored(id: string, response: LlmResponse, context: CallContext): void {
    this.ledBy(id, context)?.stored(response)
  }

  /** This call has its answer, or is gone, or follows no more. */
  over(id: string, context: CallContext): void {
    const part = this.#of(id, context)
    if (part === undefined) return
    const rest = this.#calls.get(context.id)?.filter((one) => one !== part) ?? []
    if (rest.length === 0) this.#calls.delete(context.id)
    else this.#calls.set(context.id, rest)
    const { flight, follower } = part
    if (follower !== undefined) return flight.leave(follower)
    this.#land(id, flight)
    flight.over()
  }

  /** Answers to what was asked until now are not wanted any more: who asks from now on does not follow. */
  forget(isDropped: (about: Asked) => boolean): void {
    for (const [id, flight] of this.#byId) if (isDropped(flight.about)) this.#byId.delete(id)
  }

  #of(id: string, context: CallContext): Part | undefined {
    return this.#calls.get(context.id)?.find((part) => part.id === id)
  }

  #add(context: CallContext, part: Part): void {
    this.#calls.set(context.id, [...(this.#calls.get(context.id) ?? []), part])
  }

  #land(id: string, flight: Flight): void {
    if (this.#byId.get(id) === flight) this.#byId.delete(id)
  }
}
