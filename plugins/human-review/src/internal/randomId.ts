import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const word = Effect.map(Random.nextIntBetween(0, 0xffff_ffff), (n) => n.toString(16).padStart(8, "0"))

/** 96 random bits in hex. Not to be taken for a secret. */
export const randomId: Effect.Effect<string> = Effect.map(Effect.all([word, word, word]), (words) => words.join(""))
