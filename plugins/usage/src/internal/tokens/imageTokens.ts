import type { ModelName } from "../../ModelNames.ts"
import { claudeVersion } from "./claudeFactor.ts"
import type { Size } from "./imageSize.ts"

const inside = ({ height, width }: Size, side: number): Size => {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) }
}

const patches = ({ height, width }: Size, side: number): number => Math.ceil(width / side) * Math.ceil(height / side)

const byPatches = (size: Size, multiplier: number, most: number): number =>
  Math.ceil(Math.min(most, patches(inside(size, 2048), 32)) * multiplier)

const byTiles = (size: Size, base: number, tile: number, low: boolean): number => {
  if (low) return base
  const boxed = inside(size, 2048)
  const scale = Math.min(1, 768 / Math.min(boxed.width, boxed.height))
  return base + tile * patches({ width: boxed.width * scale, height: boxed.height * scale }, 512)
}

/** https://developers.openai.com/api/docs/guides/images-vision, by the model's name, first match. */
const openai: ReadonlyArray<readonly [RegExp, (size: Size, low: boolean) => number]> = [
  [/^gpt-5\.[2-9]|^gpt-[6-9]/, (size) => byPatches(size, 1.2, 2500)],
  [/^(gpt-5-mini)/, (size) => byPatches(size, 1.2, 1536)],
  [/^(gpt-5-nano)/, (size) => byPatches(size, 1.5, 1536)],
  [/^gpt-4\.1-mini/, (size) => byPatches(size, 1.62, 1536)],
  [/^gpt-4\.1-nano/, (size) => byPatches(size, 2.46, 1536)],
  [/^(o4-mini|codex-mini)/, (size) => byPatches(size, 1.72, 1536)],
  [/^gpt-5/, (size, low) => byTiles(size, 70, 140, low)],
  [/^gpt-4o-mini/, (size, low) => byTiles(size, 2833, 5667, low)],
  [/^o\d/, (size, low) => byTiles(size, 75, 150, low)],
]

const gpt4 = (size: Size, low: boolean): number => byTiles(size, 85, 170, low)

/** 28 x 28 patches: https://platform.claude.com/docs/en/build-with-claude/vision. From 4.7 on images may be larger. */
const claude = (name: string, size: Size): number => {
  const large = (claudeVersion(name) ?? 0) >= 407
  return Math.min(large ? 4784 : 1568, patches(inside(size, large ? 2576 : 1568), 28))
}

/** https://ai.google.dev/gemini-api/docs/media-resolution and …/image-understanding. */
const gemini = (name: string, size: Size): number => {
  if (Number(/gemini-(\d+)/.exec(name)?.[1] ?? 3) >= 3) return 1120
  const seen = inside(size, 3072)
  if (Math.max(seen.width, seen.height) <= 384) return 258
  const tile = Math.min(768, Math.max(256, Math.floor(Math.min(seen.width, seen.height) / 1.5)))
  return 258 * patches(seen, tile)
}

/** What an image of unknown size is taken for. */
const usual: Size = { width: 1024, height: 1024 }

/** The input tokens of an image, within a few per cent of the vendors' formulas; other vendors: OpenAI's formula for gpt-4o. */
export const imageTokens = ({ name, vendor }: ModelName, size: Size = usual, low = false): number => {
  if (vendor === "anthropic") return claude(name, size)
  if (vendor === "google") return gemini(name, size)
  const rule = vendor === "openai" ? openai.find(([pattern]) => pattern.test(name))?.[1] : undefined
  return (rule ?? gpt4)(size, low)
}
