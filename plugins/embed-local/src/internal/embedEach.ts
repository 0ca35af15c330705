import * as Effect from "effect/Effect"

/** About a millisecond of work, unless texts are long. */
const atOnce = 32

/** One vector per text. Others get their turn, and an interruption its effect, between a few texts and the next. */
export const embedEach = Effect.fnUntraced(function* (
  texts: ReadonlyArray<string>,
  vectorOf: (text: string) => Float32Array,
) {
  const vectors: Array<Float32Array> = []
  for (const [index, text] of texts.entries()) {
    if (index > 0 && index % atOnce === 0) yield* Effect.yieldNow
    vectors.push(vectorOf(text))
  }
  return vectors
})
