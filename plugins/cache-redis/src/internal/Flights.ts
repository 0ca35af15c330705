import type { CallContext, LlmResponse, StreamPart } from "@switchyard/core"
import { Flight } from "./Flight.ts"

/** A call whose leaders failed so often asks by itself: many calls do not wait for many failures, one after the other. */
const mostJoins = 3

/** The calls of this process that are under way, by what they ask. */
export class Flights {
  readonly #byMember = new Map<string, Flight>()
  readonly #led = new Map<string, { readonly member: string; readonly flight: Flight }>()
  readonly #joins = new WeakMap<CallContext, number>()
  readonly #maxCharacters: number

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  has(member: string): boolean {
    return this.#byMember.has(member)
  }

  /** May this call wait for another once more? */
  mayJoin(context: CallContext): boolean {
    return (this.#joins.get(context) ?? 0) < mostJoins
  }

  joins(context: CallContext): void {
    this.#joins.set(context, (this.#joins.get(context) ?? 0) + 1)
  }

  /** The call that asks the same, to be followed. */
  join(member: string, context: CallContext): Flight | undefined {
    const flight = this.#byMember.get(member)
    if (flight === undefined || flight.leader === context.id || !this.mayJoin(context)) return undefined
    this.joins(context)
    flight.joiners++
    return flight
  }

  /** From now on others who ask the same follow this call, unless they follow one already. */
  lead(member: string, context: CallContext, startedAt: number): void {
    if (this.#byMember.has(member)) return
    const flight = new Flight(context.id, startedAt)
    this.#byMember.set(member, flight)
    this.#led.set(context.id, { member, flight })
  }

  /** What this call leads. */
  ledBy(context: CallContext): Flight | undefined {
    return this.#led.get(context.id)?.flight
  }

  push(batch: ReadonlyArray<StreamPart>, context: CallContext): void {
    const led = this.#led.get(context.id)
    if (led === undefined) return
    led.flight.push(batch)
    if (led.flight.characters <= this.#maxCharacters) return
    // Too much to hold for those who might still come.
    this.#land(led.member, led.flight)
    if (led.flight.joiners === 0) this.#led.delete(context.id)
  }

  stored(response: LlmResponse, context: CallContext): void {
    this.#led.get(context.id)?.flight.stored(response)
  }

  over(context: CallContext): void {
    const led = this.#led.get(context.id)
    if (led === undefined) return
    this.#led.delete(context.id)
    this.#land(led.member, led.flight)
    led.flight.over()
  }

  /** Answers to what was asked until now are not wanted any more: who asks from now on does not follow. */
  forget(): void {
    this.#byMember.clear()
  }

  #land(member: string, flight: Flight): void {
    if (this.#byMember.get(member) === flight) this.#byMember.delete(member)
  }
}
