const slots = 12

/** Successes and failures of the last `ms`, in twelve slots: a slot is forgotten as a whole. */
export class RollingWindow {
  readonly #slotMs: number
  readonly #ok = new Float64Array(slots)
  readonly #failed = new Float64Array(slots)
  #last = Number.NEGATIVE_INFINITY

  constructor(ms: number) {
    this.#slotMs = ms / slots
  }

  add(ok: boolean, now: number): void {
    const slot = this.#turn(now)
    const counts = ok ? this.#ok : this.#failed
    counts[slot] = (counts[slot] ?? 0) + 1
  }

  /** `rate` is 0 where nothing ran. */
  tally(now: number): { readonly volume: number; readonly failed: number; readonly rate: number } {
    this.#turn(now)
    let [ok, failed] = [0, 0]
    for (let slot = 0; slot < slots; slot++) {
      ok += this.#ok[slot] ?? 0
      failed += this.#failed[slot] ?? 0
    }
    const volume = ok + failed
    return { volume, failed, rate: volume === 0 ? 0 : failed / volume }
  }

  clear(): void {
    this.#ok.fill(0)
    this.#failed.fill(0)
  }

  /** Forgets what is too old. A clock that is set back counts into the newest slot. */
  #turn(now: number): number {
    const current = Math.max(Math.floor(now / this.#slotMs), this.#last)
    if (current - this.#last >= slots) this.clear()
    else {
      for (let passed = this.#last + 1; passed <= current; passed++) {
        this.#ok[passed % slots] = 0
        this.#failed[passed % slots] = 0
      }
    }
    this.#last = current
    return current % slots
  }
}
