import { createServer } from "node:http"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { calcPrice, findProvider } from "@pydantic/genai-prices"
import type { LlmError } from "@switchyard/core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { costOf, makeModelCatalog, makePriceCatalogue, parseUsage, type PriceCatalogueOptions } from "../src/index.ts"
import { seeded } from "./corpus.ts"

const atMs = Date.parse("2026-11-01T12:00:00Z")
const usage = { input: { total: 1000 }, output: { total: 100 } }

const usd = (model: string, options: PriceCatalogueOptions = {}) =>
  Effect.map(makePriceCatalogue(options), (catalogue) => catalogue.cost(model, usage, { atMs }).usd)

describe("names", () => {
  it.effect.each([
    [
      "claude-opus-4-7",
      [
        "anthropic/claude-opus-4.7",
        "anthropic/claude-opus-4-7-20260401",
        "Claude-Opus-4.7",
        "vertex_ai/claude-opus-4-7@20260401",
        "global.anthropic.claude-opus-4-7-v1:0",
        "bedrock/global.anthropic.claude-opus-4-7-v1:0",
        "openrouter/anthropic/claude-opus-4.7",
      ],
    ],
    [
      "gemini-2.5-flash",
      ["models/gemini-2.5-flash", "google/gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash"],
    ],
    ["gpt-5.4", ["openai/gpt-5.4", "gpt-5.4-2026-03-05", "openai:gpt-5.4", "a-gateway/gpt-5.4"]],
    ["gpt-3.5-turbo", ["azure/gpt-35-turbo", "openai/gpt-3.5-turbo"]],
  ] as const)("%s costs the same under all its names", ([model, others]) =>
    Effect.gen(function* () {
      const expected = yield* usd(model)
      assert.isAbove(expected ?? 0, 0)
      for (const other of others) assert.strictEqual(yield* usd(other), expected, other)
    }),
  )

  it.effect("Bedrock in a region has a price of its own", () =>
    Effect.gen(function* () {
      const [regional = 0, global = 0] = [
        yield* usd("us.anthropic.claude-opus-4-7-v1:0"),
        yield* usd("global.anthropic.claude-opus-4-7-v1:0"),
      ]
      assert.approximately(regional / global, 1.1, 1e-9)
    }),
  )
})

describe("what is not known", () => {
  it.effect.each([
    "nope",
    "acme/nope",
    "azure/my-deployment",
    "ft:gpt-4o-mini-2024-07-18:org::1",
    "max/claude-opus-4-7",
    "ollama/gpt-oss:120b-cloud",
    "",
  ])("%s has no price, and not 0", (model) =>
    Effect.gen(function* () {
      const result = (yield* makePriceCatalogue()).cost(model, usage, { atMs })
      assert.isUndefined(result.usd)
      assert.isAbove("unknown" in result ? result.unknown.length : 0, 10)
    }),
  )

  it("a count or a rate that is missing makes the cost unknown", () => {
    const rates = { input: 1, output: 2 }
    const cost = (given: Parameters<typeof costOf>[1]) => costOf(rates, given).usd
    assert.isUndefined(cost({ input: {}, output: { total: 1 } }))
    assert.isUndefined(cost({ input: { total: 1 }, output: {} }))
    assert.isUndefined(cost({ input: { total: 5, cacheRead: 6 }, output: { total: 1 } }))
    assert.isUndefined(costOf({ input: 1 }, usage).usd)
    assert.isUndefined(costOf({}, usage).usd)
    assert.strictEqual(costOf({ input: 1 }, { input: { total: 1e6 }, output: {} }).usd, 1)
  })

  it.effect("a batch where no discount is known", () =>
    Effect.gen(function* () {
      const catalogue = yield* makePriceCatalogue({
        overrides: { "acme/a": { input: 1, output: 2 }, "acme/b": { input: 1, output: 2, batch: 0.4 } },
      })
      const cost = (model: string) => catalogue.cost(model, usage, { atMs, batch: true }).usd
      assert.isUndefined(cost("acme/a"))
      assert.strictEqual(cost("acme/b"), 0.00048)
      assert.strictEqual(cost("openai/gpt-4o"), 0.00175)
    }),
  )
})

it.effect("local models cost 0, and no others do but free variants", () =>
  Effect.gen(function* () {
    for (const model of [
      "ollama/llama3.1:8b",
      "llama-cpp/x",
      "extractive/sentences",
      "vllm/gpt-oss-20b",
      "local/claude-opus-4-7",
    ]) {
      assert.strictEqual(yield* usd(model), 0, model)
    }
    assert.strictEqual(yield* usd("rack/llama3", { local: ["Rack"] }), 0)
    assert.strictEqual(yield* usd("openrouter/deepseek/deepseek-r1:free"), 0)
  }),
)

describe("rates", () => {
  it("tiers go by the length of the whole input, cached tokens included", () => {
    const rates = {
      input: { base: 3, tiers: [{ above: 200_000, price: 6 }] },
      output: { base: 15, tiers: [{ above: 200_000, price: 22.5 }] },
      cacheRead: 0.3,
    }
    const cost = (total: number) => costOf(rates, { input: { total, cacheRead: 100_000 }, output: { total: 1000 } }).usd
    assert.strictEqual(cost(200_000), 0.3 + 0.03 + 0.015)
    assert.strictEqual(cost(200_001), Number((0.100001 * 6 + 0.03 + 0.0225).toFixed(12)))
  })

  it("each kind has its own rate, or that of what it is part of", () => {
    const input = { total: 1000, cacheRead: 100, cacheWrite: 200, cacheWrite1h: 50, image: 30 }
    const output = { total: 500, reasoning: 100, image: 40 }
    const all = {
      input: 1,
      output: 10,
      cacheRead: 0.1,
      cacheWrite: 1.25,
      cacheWrite1h: 2,
      imageInput: 3,
      imageOutput: 30,
      reasoning: 5,
    }
    const expected = 670 * 1 + 30 * 3 + 100 * 0.1 + 150 * 1.25 + 50 * 2 + 360 * 10 + 40 * 30 + 100 * 5
    assert.approximately(costOf(all, { input, output }).usd ?? 0, expected / 1e6, 1e-12)
    assert.approximately(costOf({ input: 1, output: 10 }, { input, output }).usd ?? 0, (1000 + 5000) / 1e6, 1e-12)
  })

  it.effect("what it costs is what genai-prices computes, for every model of six vendors", () =>
    Effect.gen(function* () {
      const catalogue = yield* makePriceCatalogue()
      const random = seeded(3)
      let compared = 0
      for (const provider of ["openai", "anthropic", "google", "mistral", "deepseek", "x-ai"]) {
        for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
          const total = Math.floor(random() * 400_000)
          const cacheRead = Math.floor((random() * total) / 2)
          const out = Math.floor(random() * 5000)
          const name = `${provider}/${id}`
          const found = catalogue.price(name, atMs)
          const result = catalogue.cost(name, { input: { total, cacheRead }, output: { total: out } }, { atMs })
          if (found.rates === undefined || result.usd === undefined) continue
          const options = { providerId: provider, timestamp: new Date(atMs) }
          const theirs = calcPrice(
            { input_tokens: total, cache_read_tokens: cacheRead, output_tokens: out },
            id,
            options,
          )
          const perRequest = Object.keys(theirs?.model_price ?? {}).some((key) => key === "requests_kcount")
          if (perRequest) continue
          assert.approximately(result.usd, theirs?.total_price ?? Number.NaN, 1e-9, name)
          compared++
        }
      }
      assert.isAbove(compared, 150)
    }),
  )

  it.effect("prices that change by the hour or the day are those of the call", () =>
    Effect.gen(function* () {
      const catalogue = yield* makePriceCatalogue()
      const at = (time: string) => catalogue.cost("deepseek/deepseek-chat", usage, { atMs: Date.parse(time) }).usd
      assert.isBelow(at("2026-11-01T20:00:00Z") ?? 0, at("2026-11-01T12:00:00Z") ?? 0)
    }),
  )
})

const published = (price: number) =>
  JSON.stringify([
    {
      id: "openai",
      name: "OpenAI",
      api_pattern: "x",
      models: [
        {
          id: "gpt-5.4",
          match: { equals: "gpt-5.4" },
          prices: { input_mtok: price, output_mtok: { base: price, tiers: [{ start: 10, price: 2 * price }] } },
        },
      ],
    },
  ])

const inFolder = <A, E>(use: (path: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "prices-"))),
    (folder) => use(join(folder, "prices.json")),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
  )

describe("a newer list", () => {
  it.effect("overrides come first, then the list, then the package; refresh reads it again", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        writeFileSync(file, published(1))
        const overrides = { "openai/gpt-4o": { input: 7, output: 7 } }
        const catalogue = yield* makePriceCatalogue({ source: { file }, overrides })
        const from = (model: string) => {
          const found = catalogue.price(model, atMs)
          return found.rates === undefined ? "unknown" : found.from
        }
        assert.deepStrictEqual(["gpt-5.4", "openai/gpt-4o", "openai/gpt-4.1"].map(from), [
          "source",
          "override",
          "package",
        ])
        assert.strictEqual(catalogue.cost("gpt-5.4", usage, { atMs }).usd, 0.0012)
        writeFileSync(file, published(3))
        yield* catalogue.refresh
        assert.strictEqual(catalogue.cost("gpt-5.4", usage, { atMs }).usd, 0.0036)
        assert.strictEqual(catalogue.stamp().from, "source")
      }),
    ),
  )

  it.effect("a list that is wrong is refused with the field, and what was known stays", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        writeFileSync(file, JSON.stringify({ prices: { "acme/a": { input: 1, output: 2 } } }))
        const catalogue = yield* makePriceCatalogue({ source: { file } })
        for (const wrong of [
          "",
          "{",
          "[]]",
          `{"prices":{"acme/a":{"input":-1}}}`,
          `[{"id":"openai","models":[{"id":"x"}]}]`,
        ]) {
          writeFileSync(file, wrong)
          const failure: LlmError = yield* Effect.flip(catalogue.refresh)
          assert.strictEqual(failure.reason._tag, "PluginFailure")
          assert.include(failure.message, file)
        }
        assert.strictEqual(catalogue.cost("acme/a", usage, { atMs }).usd, 0.0012)
        rmSync(file)
        assert.include((yield* Effect.flip(catalogue.refresh)).message, "cannot be read")
      }),
    ),
  )

  it.effect("from a URL", () =>
    Effect.gen(function* () {
      let answer = { status: 200, body: published(1) }
      const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body))
      yield* Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/prices.json`
      try {
        const catalogue = yield* makePriceCatalogue({ source: { url } })
        assert.strictEqual(catalogue.cost("gpt-5.4", usage, { atMs }).usd, 0.0012)
        answer = { status: 503, body: "" }
        assert.include((yield* Effect.flip(catalogue.refresh)).message, "503")
        assert.strictEqual(catalogue.cost("gpt-5.4", usage, { atMs }).usd, 0.0012)
      } finally {
        server.closeAllConnections()
        server.close()
      }
    }),
  )
})

describe("usage as others report it", () => {
  it.each([
    [
      "ours",
      { input: { total: 10, cacheRead: 4 }, output: { total: 5, reasoning: 2 } },
      { input: { total: 10, cacheRead: 4 }, output: { total: 5, reasoning: 2 } },
    ],
    [
      "OpenAI chat",
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } },
      { input: { total: 10, cacheRead: 4 }, output: { total: 5 } },
    ],
    [
      "OpenAI responses",
      {
        input_tokens: 10,
        output_tokens: 5,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens_details: { reasoning_tokens: 2 },
      },
      { input: { total: 10, cacheRead: 4 }, output: { total: 5, reasoning: 2 } },
    ],
    [
      "Anthropic",
      { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 4, cache_creation_input_tokens: 3 },
      { input: { total: 17, uncached: 10, cacheRead: 4, cacheWrite: 3 }, output: { total: 5 } },
    ],
    ["plain", { input_tokens: 10, output_tokens: 5 }, { input: { total: 10 }, output: { total: 5 } }],
    [
      "Gemini",
      { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 2 },
      { input: { total: 10 }, output: { total: 7, reasoning: 2 } },
    ],
    [
      "AI SDK",
      { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4 },
      { input: { total: 10, cacheRead: 4 }, output: { total: 5 } },
    ],
  ])("%s", (_, given, expected) => {
    assert.deepStrictEqual(parseUsage(given), expected)
  })

  it.each([null, [], "x", {}, { input_tokens: -1 }, { prompt_tokens: 1.5 }, { input: { total: "10" } }])(
    "%j says what is wrong",
    (given) => {
      assert.match(String(parseUsage(given)), /^the usage /)
    },
  )
})

it.effect("models that providers do not describe are described, and what they say is kept", () =>
  Effect.gen(function* () {
    const catalog = makeModelCatalog(yield* makePriceCatalogue())
    const known = catalog.describe({ provider: "openai", model: "gpt-5.4" }, undefined)
    assert.deepInclude(known, { contextWindow: 1_050_000, maxOutput: 128_000 })
    assert.strictEqual(known?.price?.input, 2.5)
    const own = {
      inputMedia: [],
      outputMedia: [],
      tools: false,
      structuredOutput: true,
      reasoning: false,
      acceptsPrefill: true,
      fetchesUrls: true,
      contextWindow: 5,
    }
    const provider = { id: "openai", models: [], describe: () => own }
    assert.deepInclude(catalog.describe({ provider: "openai", model: "gpt-5.4" }, provider), {
      ...own,
      maxOutput: 128_000,
    })
    assert.isUndefined(catalog.describe({ provider: "acme", model: "nope" }, undefined))
  }),
)
