import type { Detail, Seen } from "../imageTokens.ts"
import { insideBox, type Size } from "./Size.ts"

/**
 * What OpenAI's models make of an image before they look at it.
 * Source: https://developers.openai.com/api/docs/guides/images-vision ("Model sizing behavior", "Calculating costs").
 */
type Rule = (size: Size, detail: Detail) => Seen

interface Budget {
  /** Longest side in pixels. */
  readonly side: number
  /** 32 x 32 patches. */
  readonly patches: number
}

const patch = 32
const patchesOf = ({ width, height }: Size): number => Math.ceil(width / patch) * Math.ceil(height / patch)

/** Steps A to C of the guide: the box first, then the patch budget, with whole patches along the tighter side. */
export const withinBudget = (size: Size, { side, patches }: Budget): Size => {
  const boxed = insideBox(size, side)
  if (patchesOf(boxed) <= patches) return boxed
  const { width, height } = boxed
  const shrink = Math.sqrt((patch * patch * patches) / (width * height))
  const across = (width * shrink) / patch
  const down = (height * shrink) / patch
  const adjusted = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down)
  // A strip narrower than a patch has no whole patch: its long side alone spends the budget.
  if (!(adjusted > 0)) return insideBox(boxed, patches * patch)
  return { width: Math.max(1, Math.floor(width * adjusted)), height: Math.max(1, Math.floor(height * adjusted)) }
}

/** Patch-based models. The multiplier turns patches into tokens. */
const byPatches =
  (multiplier: number, budgets: (detail: Detail) => Budget): Rule =>
  (size, detail) => {
    const seen = withinBudget(size, budgets(detail))
    // Products such as 2500 x 1.2 come out a hair too high.
    return { ...seen, tokens: Math.ceil(Number((patchesOf(seen) * multiplier).toFixed(6))) }
  }

const tile = 512

/** Tile-based models: the 2048 box, the shorter side to 768, then tiles of 512. `low` costs the base only. */
const byTiles =
  (base: number, each: number): Rule =>
  (size, detail) => {
    if (detail === "low") return { ...insideBox(size, tile), tokens: base }
    const boxed = insideBox(size, 2048)
    const shorter = Math.min(boxed.width, boxed.height)
    const scale = shorter > 768 ? 768 / shorter : 1
    const scaled = (side: number) => Math.max(1, Math.floor(side * scale))
    const seen = { width: scaled(boxed.width), height: scaled(boxed.height) }
    return { ...seen, tokens: base + each * Math.ceil(seen.width / tile) * Math.ceil(seen.height / tile) }
  }

const low: Budget = { side: 512, patches: Infinity }
const high: Budget = { side: 2048, patches: 2500 }
const original: Budget = { side: 6000, patches: 10_000 }
const wide: Budget = { side: 2048, patches: 6144 }
/** "Images over 30,000 patches after processing are rejected": for models whose detail sets no bound of its own. */
export const maxPatches = 30_000
const unlimited: Budget = { side: 65_535, patches: maxPatches }
/** As the guide had it while these models were current. */
const early: Budget = { side: 2048, patches: 1536 }

/** By the model's name, first match. */
const rules: ReadonlyArray<readonly [name: RegExp, rule: Rule]> = [
  [/^gpt-5\.6/, byPatches(1.2, (detail) => (detail === "low" ? low : detail === "high" ? high : unlimited))],
  [/^gpt-5\.5/, byPatches(1.2, (detail) => (detail === "low" ? low : detail === "high" ? high : original))],
  [/^gpt-5\.4/, byPatches(1.2, (detail) => (detail === "low" ? wide : detail === "original" ? original : high))],
  [/^gpt-5\.2|^gpt-5\.3-codex/, byPatches(1.2, () => wide)],
  [/^gpt-4\.1-mini/, byPatches(1.62, () => wide)],
  [/^gpt-5-mini/, byPatches(1.2, () => early)],
  [/^gpt-5-nano/, byPatches(1.5, () => early)],
  [/^gpt-4\.1-nano/, byPatches(2.46, () => early)],
  [/^o4-mini|^codex-mini/, byPatches(1.72, () => early)],
  [/^gpt-5(\.1)?(-|$)/, byTiles(70, 140)],
  [/^gpt-4o-mini/, byTiles(2833, 5667)],
  [/^gpt-4(o|\.1|\.5|-turbo)|^chatgpt-4o/, byTiles(85, 170)],
  [/^o[13](-pro)?(-\d|$)/, byTiles(75, 150)],
  [/^computer-use-preview/, byTiles(65, 129)],
]

/** Does the guide cover it? */
export const isKnownToOpenAi = (model: string): boolean => rules.some(([name]) => name.test(model))

/** `undefined` for a model that the guide does not cover. */
export const seenByOpenAi = (model: string, size: Size, detail: Detail): Seen | undefined =>
  rules.find(([name]) => name.test(model))?.[1](size, detail)
