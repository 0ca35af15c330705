// For index.ts: CostOptions, FoundPrice, makeModelCatalog, makePriceCatalogue, PriceCatalogue, PriceCatalogueOptions, PriceStamp, Rate, Rates
import type { LlmError, ModelCatalog, ModelInfo, Price } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { LRUCache } from "lru-cache"
import { type BilledUsage, costOf, type CostResult } from "./Cost.ts"
import { byId, emptyList, type PriceList } from "./internal/prices/priceFile.ts"
import { readPrices } from "./internal/prices/priceSource.ts"
import { batchShare, billedBy, isLocal, isSubscription } from "./internal/prices/providerIds.ts"
import { baseOf, free, Rates } from "./internal/prices/rates.ts"
import { type ModelName, modelName, spellings } from "./ModelNames.ts"

export { Rate, Rates } from "./internal/prices/rates.ts"

/** Where prices come from, the first that knows a model counts: `overrides`, then `source`, then the package. */
export const PriceCatalogueOptions = Schema.Struct({
  /** USD per million tokens, by `provider/model` or model. */
  overrides: Schema.optionalKey(Schema.Record(Schema.String, Rates)),
  /** A newer list, read by `refresh`: genai-prices' published JSON, or `{"prices": {"provider/model": {"input": 1, "output": 2}}}`. */
  source: Schema.optionalKey(
    Schema.Union([
      Schema.Struct({ file: Schema.NonEmptyString }),
      Schema.Struct({ url: Schema.String.check(Schema.isPattern(/^https?:\/\//)) }),
    ]),
  ),
  /** More providers whose models run on machines of one's own and cost 0, beside ollama, llama-cpp, vllm and the like. */
  local: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
})
export interface PriceCatalogueOptions extends Schema.Schema.Type<typeof PriceCatalogueOptions> {}

/** How old prices are: those of the package, or of the list that was read at this time (ms since 1970). */
export type PriceStamp =
  | { readonly from: "package"; readonly name: string }
  | { readonly from: "source"; readonly name: string; readonly atMs: number }

/** A model's rates, or why they are not known. */
export type FoundPrice =
  | {
      readonly rates: Rates
      readonly from: "override" | "local" | "source" | "package"
      /** Who sends the bill, as the list names it. */
      readonly provider?: string
      /** As the list names it. */
      readonly model: string
    }
  | { readonly rates: undefined; readonly unknown: string }

export interface CostOptions {
  /** When the call was made, in ms since 1970: prices change by date, and some by the hour. */
  readonly atMs: number
  /** Sent through the vendor's batch service. */
  readonly batch?: boolean
}

export interface PriceCatalogue {
  readonly price: (model: string, atMs: number) => FoundPrice
  /** What a usage cost, in USD; also an estimate, when `usage` is one. Unknown is unknown, never 0. */
  readonly cost: (model: string, usage: BilledUsage, options: CostOptions) => CostResult
  /** Window, largest answer, abilities and base price, for models that providers do not describe. Prices as of the last load. */
  readonly describe: (model: string) => ModelInfo | undefined
  /** Reads `source` again. What is wrong with it fails, and the prices that were known stay. Without a source: nothing. */
  readonly refresh: Effect.Effect<void, LlmError>
  readonly stamp: () => PriceStamp
}

/** The version that the dependency is pinned to. */
const packaged: PriceStamp = { from: "package", name: "@pydantic/genai-prices" }

/** The lists take 60 ms to load and are loaded here, once per process. A `source` that is wrong fails. */
export const makePriceCatalogue = Effect.fnUntraced(function* (
  options: PriceCatalogueOptions = {},
): Effect.fn.Return<PriceCatalogue, LlmError> {
  const lists = yield* Effect.promise(() =>
    Promise.all([import("./internal/prices/published.ts"), import("./internal/prices/windows.ts")]),
  )
  const [{ listed }, { inZoo }] = lists
  const overrides = byId(options.overrides ?? {})
  const locals = new Set((options.local ?? []).map((id) => id.toLowerCase()))
  let newer: PriceList = emptyList
  let stamp: PriceStamp = packaged
  let loadedAt = yield* Clock.currentTimeMillis

  const inLists = (model: ModelName, atMs: number): FoundPrice | undefined => {
    const own = findOwn(newer.own, model)
    if (own !== undefined) return { ...own, from: "source" }
    const provider = billedBy(model)
    if (provider === undefined) return undefined
    const fresh = newer.providers.get(provider)
    const found = fresh === undefined ? undefined : listed(model, fresh, atMs)
    if (found !== undefined) return { rates: found.rates, from: "source", provider, model: found.model }
    const known = listed(model, provider, atMs)
    return known === undefined ? undefined : { rates: known.rates, from: "package", provider, model: known.model }
  }

  const find = (id: string, atMs: number): FoundPrice => {
    const model = modelName(id)
    const given = findOwn(overrides, model)
    if (given !== undefined) return { ...given, from: "override" }
    if (isLocal(model, locals)) return { rates: free, from: "local", model: model.name }
    if (isSubscription(model))
      return { rates: undefined, unknown: `${model.provider} is paid by subscription, not by token` }
    return inLists(model, atMs) ?? { rates: undefined, unknown: whyUnknown(id, model) }
  }

  // Looking a model up takes about 90 us; no price changes within a minute.
  const found = new LRUCache<string, FoundPrice>({ max: 1000 })
  const price = (id: string, atMs: number): FoundPrice => {
    const key = `${Math.floor(atMs / 60_000)} ${id}`
    const known = found.get(key) ?? find(id, atMs)
    found.set(key, known)
    return known
  }

  const refresh = Effect.fnUntraced(function* () {
    if (options.source === undefined) return
    newer = yield* readPrices(options.source)
    found.clear()
    loadedAt = yield* Clock.currentTimeMillis
    stamp = {
      from: "source",
      name: "file" in options.source ? options.source.file : options.source.url,
      atMs: loadedAt,
    }
  })
  yield* refresh()

  return {
    price,
    cost: (id, usage, { atMs, batch = false }) => {
      const known = price(id, atMs)
      if (known.rates === undefined) return { usd: undefined, unknown: known.unknown }
      if (known.from === "local") return { usd: 0, input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
      const share = batch ? (known.rates.batch ?? batchShare(known.provider)) : 1
      if (share === undefined) return { usd: undefined, unknown: `no price is known for batches of ${id}` }
      return costOf(known.rates, usage, share)
    },
    describe: (id) => {
      const model = modelName(id)
      const info = inZoo(model)
      const { rates } = price(id, loadedAt)
      const known = rates === undefined ? undefined : priceOf(rates)
      if (info !== undefined) return { ...info, ...(known === undefined ? {} : { price: known }) }
      const provider = billedBy(model)
      const contextWindow = provider === undefined ? undefined : listed(model, provider, loadedAt)?.contextWindow
      if (known === undefined && contextWindow === undefined) return undefined
      return {
        ...unsaid,
        ...(contextWindow === undefined ? {} : { contextWindow }),
        ...(known === undefined ? {} : { price: known }),
      }
    },
    refresh: refresh(),
    stamp: () => stamp,
  }
})

/** Of a model of which only window or price is known. */
const unsaid: ModelInfo = {
  inputMedia: ["text/plain"],
  outputMedia: ["text/plain"],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
}

const findOwn = (list: ReadonlyMap<string, Rates>, { fineTuned, name, path, provider }: ModelName) => {
  if (list.size === 0) return undefined
  const prefix = provider === undefined ? [] : [`${provider}/${path}`, `${provider}/${name}`]
  // A fine-tuned model does not cost what its base does.
  for (const model of [...prefix, path, ...(fineTuned ? [] : spellings(name))]) {
    const rates = list.get(model)
    if (rates !== undefined) return { rates, model }
  }
  return undefined
}

const whyUnknown = (id: string, { fineTuned }: ModelName): string =>
  fineTuned
    ? `no price is known for ${id}: a fine-tuned model has one of its own; give it in overrides`
    : `no price is known for ${id}; give one in overrides`

/** Prices of short inputs; what `ModelInfo` has no place for is left out. */
const priceOf = (rates: Rates): Price => {
  const price: { -readonly [K in keyof Price]: Price[K] } = {}
  for (const key of ["input", "output", "cacheRead", "cacheWrite"] as const) {
    const base = baseOf(rates[key])
    if (base !== undefined) price[key] = base
  }
  return price
}

/** What providers describe, with what they leave out filled in from the catalogue; all of it where they say nothing. */
export const makeModelCatalog = (catalogue: Pick<PriceCatalogue, "describe">): ModelCatalog => ({
  describe: ({ model, provider: id }, provider) => {
    const described = provider?.describe(model)
    const known = catalogue.describe(`${id}/${model}`)
    if (described === undefined || known === undefined) return described ?? known
    const { contextWindow, maxOutput, price } = { ...known, ...described }
    return {
      ...described,
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(maxOutput === undefined ? {} : { maxOutput }),
      ...(price === undefined ? {} : { price }),
    }
  },
})
