import { familyOf } from "./internal/family.ts"
import { seenByAnthropic } from "./internal/seenByAnthropic.ts"
import { seenByGemini } from "./internal/seenByGemini.ts"
import { seenByOpenAi } from "./internal/seenByOpenAi.ts"

/**
 * How closely the model is asked to look: OpenAI's `detail`, Gemini's `media_resolution` (`original`: "ultra high").
 * Anthropic has no such setting. `auto` is the vendor's default.
 */
export type Detail = "low" | "high" | "original" | "auto"

/** The size at which a model looks at an image, in pixels, and what it costs, in input tokens. */
export interface Seen {
  readonly width: number
  readonly height: number
  readonly tokens: number
}

export interface ImageTokensInput {
  /** `"openai/gpt-5.4"`. By a vendor's name alone there is a formula for Anthropic and Gemini; OpenAI's models differ. */
  readonly model: string
  readonly width: number
  readonly height: number
  readonly detail?: Detail | undefined
}

/**
 * The size to which the vendor scales an image before the model looks at it, and the input tokens of that; `undefined` for
 * a model without a published formula. Sizes are what comes after EXIF orientation. The sources:
 * - OpenAI, tiles (gpt-4o, gpt-4.1, gpt-5, o1, o3 …) and patches (gpt-5.2 and later, mini and nano models, o4-mini):
 *   https://developers.openai.com/api/docs/guides/images-vision
 * - Anthropic, 28 x 28 patches: https://platform.claude.com/docs/en/build-with-claude/vision
 * - Gemini, tiles of 258 tokens, from Gemini 3 on by `media_resolution`:
 *   https://ai.google.dev/gemini-api/docs/media-resolution
 *
 * Billing may differ by a token where the formula is not in whole numbers. Throws a `RangeError` when a side is no whole
 * number of at least 1.
 */
export const imageSeen = ({ model, width, height, detail = "auto" }: ImageTokensInput): Seen | undefined => {
  for (const side of [width, height]) {
    if (!(Number.isSafeInteger(side) && side >= 1)) {
      throw new RangeError(`an image of ${width} x ${height} pixels: give whole numbers of at least 1`)
    }
  }
  const { vendor, name } = familyOf(model)
  const size = { width, height }
  if (vendor === "openai") return seenByOpenAi(name, size, detail)
  if (vendor === "anthropic") return seenByAnthropic(name, size)
  return vendor === "gemini" ? seenByGemini(name, size, detail) : undefined
}

/** The input tokens of an image: see `imageSeen`. */
export const imageTokens = (input: ImageTokensInput): number | undefined => imageSeen(input)?.tokens
