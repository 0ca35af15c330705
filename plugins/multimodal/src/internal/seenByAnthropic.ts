import type { Seen } from "../imageTokens.ts"
import type { Size } from "./Size.ts"

/**
 * What Claude makes of an image: 28 x 28 patches, one visual token each, after shrinking to the tier's limits.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/vision ("Resolution and token cost") and
 * https://platform.claude.com/docs/en/build-with-claude/vision-coordinates ("How Claude resizes and pads images").
 * The older page said tokens = width x height / 750, within 7 % of this.
 */
interface Tier {
  readonly side: number
  readonly tokens: number
}

const standard: Tier = { side: 1568, tokens: 1568 }
/** Claude 4.7 and later. */
const highResolution: Tier = { side: 2576, tokens: 4784 }

/** The version in a model's name, as 100 x major + minor: `claude-opus-4-8` is 408, `claude-3-5-sonnet` 305. */
const versionOf = (model: string): number | undefined => {
  const found = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model)
  return found?.[1] === undefined ? undefined : Number(found[1]) * 100 + Number(found[2] ?? 0)
}

const tierOf = (model: string): Tier => {
  const version = versionOf(model)
  return version !== undefined && version >= 407 ? highResolution : standard
}

const patch = 28
const tokensOf = ({ width, height }: Size): number => Math.ceil(width / patch) * Math.ceil(height / patch)

const padded = (side: number): number => Math.ceil(side / patch) * patch

const fits = (size: Size, { side, tokens }: Tier): boolean =>
  padded(size.width) <= side && padded(size.height) <= side && tokensOf(size) <= tokens

/** Halves go to the even neighbour, as in the vendor's own code. */
const rounded = (value: number): number => {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/** The largest size of this shape that fits: found by halving the interval of the longer side. */
const resized = (size: Size, tier: Tier): Size => {
  if (fits(size, tier)) return size
  const upright = size.height > size.width
  const [longer, shorter] = upright ? [size.height, size.width] : [size.width, size.height]
  const of = (side: number): Size => {
    const other = Math.max(rounded(side / (longer / shorter)), 1)
    return upright ? { width: other, height: side } : { width: side, height: other }
  }
  let below = 1
  let above = longer
  while (below + 1 < above) {
    const middle = Math.floor((below + above) / 2)
    if (fits(of(middle), tier)) below = middle
    else above = middle
  }
  return of(below)
}

export const seenByAnthropic = (model: string, size: Size): Seen => {
  const seen = resized(size, tierOf(model))
  return { ...seen, tokens: tokensOf(seen) }
}
