import type { Detail, Seen } from "../imageTokens.ts"
import { insideBox, type Size } from "./Size.ts"

/** Tokens of one tile, and of a whole small image. */
const tileTokens = 258

/** Gemini 3 and later: a number by `media_resolution`, whatever the size. */
const byResolution: Readonly<Record<Detail, number>> = { low: 280, high: 1120, original: 2240, auto: 1120 }

/**
 * What Gemini makes of an image. Up to 2.5: 258 tokens where no side is over 384 pixels, else 258 for each tile; a tile is
 * the shorter side / 1.5, at least 256 and at most 768 pixels. From 3 on: by `media_resolution` (`original` stands for
 * its "ultra high"). Larger images are scaled to 3072 x 3072 at most.
 * Sources: https://ai.google.dev/gemini-api/docs/image-understanding ("Token calculation"),
 * https://ai.google.dev/gemini-api/docs/media-resolution ("Token counts"), and for the tiles' bounds and the largest size
 * https://firebase.google.com/docs/ai-logic/input-file-requirements ("Images").
 */
export const seenByGemini = (model: string, size: Size, detail: Detail): Seen => {
  const seen = insideBox(size, 3072)
  const version = Number(/gemini-(\d+)/.exec(model)?.[1] ?? 3)
  if (version >= 3) return { ...seen, tokens: byResolution[detail] }
  if (Math.max(seen.width, seen.height) <= 384) return { ...seen, tokens: tileTokens }
  const tile = Math.min(768, Math.max(256, Math.floor(Math.min(seen.width, seen.height) / 1.5)))
  return { ...seen, tokens: tileTokens * Math.ceil(seen.width / tile) * Math.ceil(seen.height / tile) }
}
