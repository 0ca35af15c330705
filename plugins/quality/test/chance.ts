import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Draws from a seed: the same numbers in every run. */
export interface Chance {
  readonly uniform: () => number
  /** Mean 0, standard deviation 1 (Box and Muller). */
  readonly normal: () => number
  /** 1 with this chance, else 0. */
  readonly bernoulli: (p: number) => number
}

export const seeded = (seed: string): Effect.Effect<Chance> =>
  Effect.map(Random.Random, (random) => {
    const uniform = () => random.nextDoubleUnsafe()
    return {
      uniform,
      normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
      bernoulli: (p: number) => (uniform() < p ? 1 : 0),
    }
  }).pipe(Random.withSeed(seed))
