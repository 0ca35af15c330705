import type { CallContext, LlmRequest, LlmResponse, StreamPart } from "@switchyard/core"
import { Flight } from "./Flight.ts"
import type { Named } from "./matches.ts"

/** A call whose leaders failed so often asks by itself: many calls do not wait for many failures, one after the other. */
const mostJoins = 3

/** The calls that are under way, by what they ask. */
export class Flights {
  readonly #byId = new Map<string, Flight>()
  readonly #led = new Map<string, { readonly id: string; readonly flight: Flight }>()
  readonly #joins = new WeakMap<CallContext, number>()
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** The call that asks the same, to be followed. */
  join(id: string, context: CallContext): Flight | undefined {
    const flight = this.#byId.get(id)
    const joins = this.#joins.get(context) ?? 0
    if (flight === undefined || flight.leader === context.id || joins >= mostJoins) return undefined
    this.#joins.set(context, joins + 1)
    flight.joiners++
    return flight
  }

  /** From now on others who ask the same follow this call, unless they follow one already. */
  lead(id: string, key: string, request: LlmRequest, context: CallContext, startedAt: number, tenant?: string): void {
    if (this.#byId.has(id)) return
    const { id: leader, tags } = context
    const flight = new Flight({ leader, startedAt, key, tenant, asked: request.model, tags })
    this.#byId.set(id, flight)
    this.#led.set(leader, { id, flight })
  }

  /** What this call leads. */
  ledBy(context: CallContext): Flight | undefined {
    return this.#led.get(context.id)?.flight
  }

  push(batch: ReadonlyArray<StreamPart>, context: CallContext): void {
    const led = this.#led.get(context.id)
    if (led === undefined) return
    led.flight.push(batch)
    if (led.flight.bytes <= this.#maxBytes) return
    // Too much to hold for those who might still come.
    this.#land(led.id, led.flight)
    if (led.flight.joiners === 0) led.flight.abandon()
  }

  stored(response: LlmResponse, context: CallContext): void {
    this.#led.get(context.id)?.flight.stored(response)
  }

  over(context: CallContext): void {
    const led = this.#led.get(context.id)
    if (led === undefined) return
    this.#led.delete(context.id)
    this.#land(led.id, led.flight)
    led.flight.over()
  }

  /** Answers to questions that were asked before are not wanted any more. */
  forget(isDropped: (named: Named) => boolean): void {
    for (const [id, flight] of this.#byId) {
      const { key, asked, tenant, tags } = flight
      const named = { key, asked, tags, provider: "", model: "", ...(tenant === undefined ? {} : { tenant }) }
      if (!isDropped(named)) continue
      flight.outdated = true
      this.#byId.delete(id)
    }
  }

  #land(id: string, flight: Flight): void {
    if (this.#byId.get(id) === flight) this.#byId.delete(id)
  }
}
