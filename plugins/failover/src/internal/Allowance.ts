/** Extra attempts earned: each call adds `share` of one, up to `burst`; each extra attempt costs one. */
export class Allowance {
  readonly #share: number
  readonly #burst: number
  #tokens: number

  constructor(share: number, burst: number) {
    this.#share = share
    this.#burst = burst
    this.#tokens = burst
  }

  earn(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#share)
  }

  spend(): boolean {
    // Sums of shares come out a hair too small.
    if (this.#tokens < 1 - 1e-9) return false
    this.#tokens -= 1
    return true
  }

  /** What was spent was not used. */
  refund(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1)
  }
}
