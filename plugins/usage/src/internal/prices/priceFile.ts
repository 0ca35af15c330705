import type { Provider } from "@pydantic/genai-prices"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Rates } from "./rates.ts"

const Match: Schema.Codec<Match> = Schema.Union([
  Schema.Struct({ equals: Schema.String }),
  Schema.Struct({ starts_with: Schema.String }),
  Schema.Struct({ ends_with: Schema.String }),
  Schema.Struct({ contains: Schema.String }),
  Schema.Struct({ regex: Schema.String }),
  Schema.Struct({ and: Schema.Array(Schema.suspend((): Schema.Codec<Match> => Match)) }),
  Schema.Struct({ or: Schema.Array(Schema.suspend((): Schema.Codec<Match> => Match)) }),
])
type Match =
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string }
  | { readonly and: ReadonlyArray<Match> }
  | { readonly or: ReadonlyArray<Match> }

const Amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Tiered = Schema.Struct({ base: Amount, tiers: Schema.Array(Schema.Struct({ start: Amount, price: Amount })) })
const ModelPrice = Schema.Record(Schema.String, Schema.Union([Amount, Tiered]))
const Constraint = Schema.Union([
  Schema.Struct({ type: Schema.Literal("start_date"), start_date: Schema.String }),
  Schema.Struct({ type: Schema.Literal("time_of_date"), start_time: Schema.String, end_time: Schema.String }),
])
const Conditional = Schema.Struct({ constraint: Schema.optionalKey(Constraint), prices: ModelPrice })

const Model = Schema.Struct({
  id: Schema.NonEmptyString,
  match: Match,
  context_window: Schema.optionalKey(Schema.Natural),
  prices: Schema.Union([Schema.Array(Conditional), ModelPrice]),
})

/** The published data of genai-prices: https://github.com/pydantic/genai-prices, `prices/new_data/v2/data.json`. */
const Published = Schema.Array(
  Schema.Struct({
    id: Schema.NonEmptyString,
    models: Schema.Array(Model),
    fallback_model_providers: Schema.optionalKey(Schema.Array(Schema.String)),
  }),
)

/** A price list of one's own: rates by `provider/model` or model. */
export const OwnPrices = Schema.Struct({ prices: Schema.Record(Schema.String, Rates) })

export interface PriceList {
  readonly own: ReadonlyMap<string, Rates>
  readonly providers: ReadonlyMap<string, Provider>
}

export const emptyList: PriceList = { own: new Map(), providers: new Map() }

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Union([Published, OwnPrices])))

const mutable = <T>(value: T): unknown => structuredClone(value)

/** The schema has checked all that genai-prices reads of a provider. */
const toProvider = (id: string, given: (typeof Published.Type)[number]): Provider =>
  ({ ...Object(mutable(given)), name: id, api_pattern: "^$" }) as Provider // a bridge: the package's types are mutable

/** Reads a price list from JSON of either kind. Fails with what is wrong and where. */
export const parsePriceList = (json: string): Effect.Effect<PriceList, Schema.SchemaError> =>
  Effect.map(decode(json), (list) => {
    if ("prices" in list) return { own: byId(list.prices), providers: new Map() }
    return {
      own: new Map(),
      providers: new Map(list.map((provider) => [provider.id, toProvider(provider.id, provider)])),
    }
  })

/** Rates by ids in lower case. */
export const byId = (rates: Readonly<Record<string, Rates>>): ReadonlyMap<string, Rates> =>
  new Map(Object.entries(rates).map(([id, each]) => [id.toLowerCase(), each]))
