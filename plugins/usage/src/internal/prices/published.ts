import { calcPrice, type ModelPrice, type PriceOptions, type Provider } from "@pydantic/genai-prices"
import { type ModelName, spellings } from "../../ModelNames.ts"
import { free, type Rate, type Rates } from "./rates.ts"

/** A model as genai-prices lists it, with what it costs at a moment. */
export interface Listed {
  readonly model: string
  readonly rates: Rates
  readonly contextWindow?: number
}

/** genai-prices selects a tier when the input is longer than its `start`. */
const rateOf = (given: ModelPrice[string]): Rate | undefined => {
  if (given === undefined || typeof given === "number") return given
  return { base: given.base, tiers: given.tiers.map(({ price, start }) => ({ above: start, price })) }
}

const keys = {
  input: "input_mtok",
  output: "output_mtok",
  cacheRead: "cache_read_mtok",
  cacheWrite: "cache_write_mtok",
  cacheWrite1h: "cache_write_1h_mtok",
  reasoning: "output_reasoning_mtok",
  imageInput: "input_image_mtok",
  imageOutput: "output_image_mtok",
  audioInput: "input_audio_mtok",
  audioOutput: "output_audio_mtok",
} as const

const ratesOf = (price: ModelPrice): Rates => {
  const rates: { -readonly [K in keyof typeof keys]?: Rate } = {}
  for (const key of Object.keys(keys) as Array<keyof typeof keys>) {
    const rate = rateOf(price[keys[key]])
    if (rate !== undefined) rates[key] = rate
  }
  return rates
}

const nothing = { input_tokens: 0, output_tokens: 0 }

const find = (name: string, options: PriceOptions) => {
  try {
    return calcPrice(nothing, name, options)
  } catch {
    return null
  }
}

/**
 * Looks a model up at the provider that sends the bill, under the spellings of its name, the closest first. `at`: ms since
 * 1970, for prices that change by date or hour.
 */
export const listed = (
  { fineTuned, name, path, variant }: ModelName,
  provider: string | Provider,
  at: number,
): Listed | undefined => {
  if (fineTuned) return undefined
  const options: PriceOptions = {
    timestamp: new Date(at),
    ...(typeof provider === "string" ? { providerId: provider } : { provider }),
  }
  const plain = path.replace(/:[^:/]*$/, "")
  for (const each of new Set([path, plain, ...spellings(plain), name, ...spellings(name)])) {
    const found = find(each, options)
    if (found === null) continue
    const rates = ratesOf(found.model_price)
    // An empty list of rates would make all tokens free: that is so for a gateway's free variants only.
    const isFree = Object.keys(rates).length === 0 && variant === "free"
    const contextWindow = found.model.context_window
    return {
      model: found.model.id,
      rates: isFree ? free : rates,
      ...(contextWindow === undefined ? {} : { contextWindow }),
    }
  }
  return undefined
}
