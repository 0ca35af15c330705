import type { Entry } from "./Counters.ts"

/** A settlement that the shared counters have not been told. */
interface Settlement {
  readonly id: string
  readonly entries: ReadonlyArray<Entry>
  /** Ms since 1970. */
  readonly at: number
}

const most = 10_000

/** What is to be told when the counters can be asked again; the oldest is lost when there is too much. */
export class Unsent {
  #settlements: ReadonlyArray<Settlement> = []

  get first(): Settlement | undefined {
    return this.#settlements[0]
  }

  add(id: string, entries: ReadonlyArray<Entry>, at: number): void {
    this.#settlements = [...this.#settlements.slice(-most + 1), { id, entries, at }]
  }

  remove(settlement: Settlement): void {
    this.#settlements = this.#settlements.filter((one) => one !== settlement)
  }

  /** By the counters' keys: what was settled up to then is counted there already, so only what it held is given back. */
  counted(until: ReadonlyMap<string, number>): void {
    this.#settlements = this.#settlements.map(({ id, entries, at }) => ({
      id,
      at,
      entries: entries.map((entry) => (at <= (until.get(entry.key) ?? -1) ? { ...entry, amount: 0 } : entry)),
    }))
  }
}
