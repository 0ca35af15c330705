/** Count, mean and variance of numbers as they come, without keeping them (Welford 1962, doi:10.1080/00401706.1962.10490022). */
export class Moments {
  n = 0
  mean = 0
  #squares = 0

  add(value: number): void {
    this.n++
    const before = value - this.mean
    this.mean += before / this.n
    this.#squares += before * (value - this.mean)
  }

  /** Sum of squared distances from the mean. */
  get squares(): number {
    return this.#squares
  }

  /** Of a sample: divided by n - 1. 0 for fewer than two numbers. */
  get variance(): number {
    return this.n < 2 ? 0 : this.#squares / (this.n - 1)
  }

  get sd(): number {
    return Math.sqrt(this.variance)
  }
}
