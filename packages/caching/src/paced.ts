import { type ProviderResponse, type StreamPart, unfold } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Pieces come so often, in ms. */
const everyMs = 50

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The same part in pieces of about `size` characters; what a reader sees as one is never cut. */
const cut = (part: StreamPart, size: number): ReadonlyArray<StreamPart> => {
  if (part.type !== "text-delta" && part.type !== "reasoning-delta") return [part]
  const pieces: Array<string> = []
  let piece = ""
  for (const { segment } of letters.segment(part.text)) {
    piece += segment
    if (piece.length < size) continue
    pieces.push(piece)
    piece = ""
  }
  if (piece !== "") pieces.push(piece)
  return pieces.map((text) => ({ ...part, text }))
}

/** A kept answer as a stream that comes at a pace. */
export const paced = (response: ProviderResponse, charactersPerSecond: number): Stream.Stream<StreamPart> => {
  const size = Math.max(1, Math.round((charactersPerSecond * everyMs) / 1000))
  const parts = unfold(response).flatMap((part) => cut(part, size))
  return Stream.mapEffect(Stream.rechunk(Stream.fromArray(parts), 1), (part) => {
    const characters = part.type === "text-delta" || part.type === "reasoning-delta" ? part.text.length : 0
    return characters === 0
      ? Effect.succeed(part)
      : Effect.as(Effect.sleep((characters * 1000) / charactersPerSecond), part)
  })
}
