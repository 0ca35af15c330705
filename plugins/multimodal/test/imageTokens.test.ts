import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { type Detail, imageLimits, imageSeen, imageTokens } from "../src/index.ts"

describe("the examples of the vendors' own documentation", () => {
  // developers.openai.com/api/docs/guides/images-vision, today and while gpt-4o was new
  const openai: ReadonlyArray<readonly [model: string, width: number, height: number, detail: Detail, tokens: number]> =
    [
      ["gpt-5.4", 1024, 1024, "high", 1229],
      ["gpt-5.4", 2048, 2048, "high", 3000],
      ["gpt-4o", 1024, 1024, "high", 765],
      ["gpt-4o", 2048, 4096, "high", 1105],
      ["gpt-4o", 4096, 8192, "low", 85],
      ["gpt-4o-mini", 1024, 1024, "high", 2833 + 4 * 5667],
      ["gpt-5", 1024, 1024, "auto", 70 + 4 * 140],
      ["o3", 512, 512, "high", 75 + 150],
      ["gpt-4.1-mini", 1024, 1024, "high", Math.ceil(1024 * 1.62)],
      ["o4-mini", 1024, 1024, "high", Math.ceil(1024 * 1.72)],
      ["gpt-5-nano", 1024, 1024, "high", 1536],
    ]
  for (const [model, width, height, detail, tokens] of openai) {
    it(`${model} ${width}x${height} ${detail}`, () => {
      assert.strictEqual(imageTokens({ model: `openai/${model}`, width, height, detail }), tokens)
    })
  }

  // platform.claude.com/docs/en/build-with-claude/vision
  const claude: ReadonlyArray<readonly [width: number, height: number, standard: number, high: number]> = [
    [200, 200, 64, 64],
    [1000, 1000, 1296, 1296],
    [1092, 1092, 1521, 1521],
    [1920, 1080, 1560, 2691],
    [2000, 1500, 1564, 3888],
    [3840, 2160, 1560, 4784],
  ]
  for (const [width, height, standard, high] of claude) {
    it(`Claude ${width}x${height}`, () => {
      for (const model of [
        "claude-haiku-4-5-20251001",
        "claude-3-5-sonnet-latest",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
      ])
        assert.strictEqual(imageTokens({ model, width, height }), standard, model)
      for (const model of ["anthropic/claude-opus-4-7", "claude-opus-4-10", "openrouter/anthropic/claude-sonnet-5"])
        assert.strictEqual(imageTokens({ model, width, height }), high, model)
    })
  }

  it("Claude's sizes: an A4 page and a screenshot", () => {
    const seen = (width: number, height: number) => imageSeen({ model: "claude-haiku-4-5", width, height })
    assert.deepInclude(seen(1075, 1520), { width: 924, height: 1307 })
    assert.deepInclude(seen(1920, 1080), { width: 1456, height: 819 })
  })

  it("Gemini: 258 small, tiles above, and by resolution from Gemini 3 on", () => {
    const tokens = (model: string, width: number, height: number, detail?: Detail) =>
      imageTokens({ model: `google/${model}`, width, height, detail })
    assert.strictEqual(tokens("gemini-2.5-flash", 384, 384), 258)
    assert.strictEqual(tokens("gemini-2.5-flash", 960, 540), 6 * 258)
    assert.strictEqual(tokens("gemini-3-pro", 4000, 3000), 1120)
    assert.strictEqual(tokens("gemini-3-pro", 40, 30, "low"), 280)
    assert.strictEqual(tokens("gemini-3-pro", 40, 30, "original"), 2240)
  })

  it("models without a formula have none", () => {
    for (const model of ["ollama/llava", "gpt-oss-20b", "openai/gpt-9", "mistral/pixtral"])
      assert.isUndefined(imageTokens({ model, width: 100, height: 100 }), model)
  })
})

describe("limits", () => {
  it("by the vendor's name alone are that vendor's; of unknown models cautious", () => {
    assert.deepInclude(imageLimits("openai"), { maxSide: 65_535, maxImages: 1500, maxPatches: 30_000 })
    assert.deepInclude(imageLimits("anthropic"), { maxSide: 8000, maxImages: 100, maxImagesLargeWindow: 600 })
    assert.strictEqual(imageLimits("anthropic"), imageLimits("anthropic/claude-opus-5"))
    assert.strictEqual(imageLimits("openai"), imageLimits("openai/gpt-5.6"))
    assert.strictEqual(imageLimits("gemini"), imageLimits("google/gemini-2.5-pro"))
    for (const model of ["openai/gpt-9", "gpt-9-turbo", "ollama/llava"])
      assert.deepInclude(imageLimits(model), { maxSide: 2048, formats: ["image/png", "image/jpeg"] })
    assert.strictEqual(imageTokens({ model: "anthropic", width: 1000, height: 1000 }), 1296)
  })

  it("OpenAI rejects images over 30,000 patches, so none is larger", () => {
    const patches = ({ width, height }: { width: number; height: number }) =>
      Math.ceil(width / 32) * Math.ceil(height / 32)
    for (const detail of ["auto", "original"] as const) {
      const seen = imageSeen({ model: "openai/gpt-5.6", width: 9000, height: 8000, detail })
      assert.isDefined(seen)
      assert.isAtMost(patches(seen), 30_000)
      assert.isAtLeast(patches(seen), 29_000)
    }
    assert.deepInclude(imageSeen({ model: "gpt-5.6", width: 4000, height: 3000 }), { width: 4000, height: 3000 })
  })

  it("sizes that are none throw", () => {
    for (const width of [0, -1, Number.NaN, Infinity, 1.5])
      for (const model of ["gpt-4o", "claude-opus-5", "gemini-2.5-pro", "llava"]) {
        assert.throws(() => imageTokens({ model, width, height: 10 }), RangeError, /whole numbers of at least 1/)
        assert.throws(() => imageTokens({ model, width: 10, height: width }), RangeError)
      }
  })
})

const side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30_000 }))
const models = [
  "gpt-5.4",
  "gpt-5-mini",
  "gpt-4.1-mini",
  "gpt-4o",
  "claude-haiku-4-5",
  "claude-opus-5",
  "gemini-2.5-pro",
]

it.prop(
  "what is seen is never larger than the image, is whole, keeps its shape, and seen again is the same",
  { width: side, height: side, model: Schema.Literals(models) },
  ({ width, height, model }) => {
    const seen = imageSeen({ model, width, height, detail: "high" })
    assert.isDefined(seen)
    assert.isTrue(Number.isInteger(seen.width) && Number.isInteger(seen.height) && Number.isInteger(seen.tokens))
    assert.isTrue(
      seen.width >= 1 && seen.height >= 1 && seen.width <= width && seen.height <= height,
      JSON.stringify(seen),
    )
    const scale = Math.max(seen.width, seen.height) / Math.max(width, height)
    assert.isAtMost(Math.abs(seen.width - Math.max(1, width * scale)), 2)
    assert.isAtMost(Math.abs(seen.height - Math.max(1, height * scale)), 2)
    assert.strictEqual(imageTokens({ model, width: seen.width, height: seen.height, detail: "high" }), seen.tokens)
  },
  { arbitrary: { seed: "image-tokens", runs: 400 } },
)

it.prop(
  "the budgets hold: 2500 and 1536 patches, 1568 and 4784 visual tokens",
  { width: side, height: side },
  ({ width, height }) => {
    const tokens = (model: string) => imageTokens({ model, width, height, detail: "high" }) ?? Infinity
    assert.isAtMost(tokens("gpt-5.4"), 3000)
    assert.isAtMost(tokens("gpt-5-mini"), Math.ceil(1536 * 1.2))
    assert.isAtMost(tokens("claude-haiku-4-5"), 1568)
    assert.isAtMost(tokens("claude-opus-5"), 4784)
  },
  { arbitrary: { seed: "image-tokens", runs: 400 } },
)
