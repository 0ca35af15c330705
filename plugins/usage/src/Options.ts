import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Budget, type BudgetAlert } from "./Budget.ts"
import { ruleOf } from "./internal/BudgetRules.ts"
import { PriceCatalogueOptions } from "./PriceCatalogue.ts"
import { TokenCounterOptions } from "./TokenCounter.ts"
import { isUsageHandle } from "./UsageHandle.ts"

const Url = Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.String)])
const plain = (url: typeof Url.Type): string => (typeof url === "string" ? url : Redacted.value(url))

const isStore = (url: string): boolean =>
  /^(sqlite|file|postgres|postgresql):/i.test(url) || !/^[a-z][\w+.-]+:\/\//i.test(url)
const hasProtocol = (url: string, protocols: RegExp): boolean =>
  URL.canParse(url) && protocols.test(new URL(url).protocol)

const between = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isGreaterThanOrEqualTo(minimum), Schema.isLessThanOrEqualTo(maximum))
const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum), Schema.isLessThanOrEqualTo(maximum))

const Redis = Schema.Struct({
  url: Url.check(
    Schema.makeFilter((url) => hasProtocol(plain(url), /^rediss?:$/) || "must be a redis:// or rediss:// URL"),
  ),
  /** What all keys begin with. Default: `switchyard:usage:`. */
  prefix: Schema.optionalKey(Schema.NonEmptyString),
  /** Each question to Redis may take so long, in ms. Default: 500. */
  timeoutMs: Schema.optionalKey(between(10, 60_000)),
  /** While Redis is away calls under budgets fail (`refuse`, default), or this process counts alone (`allow`). */
  whenAway: Schema.optionalKey(Schema.Literals(["refuse", "allow"])),
})

const Webhook = Schema.Struct({
  /** Gets a POST of `{ event, text, budget }`. */
  url: Url.check(Schema.makeFilter((url) => hasProtocol(plain(url), /^https?:$/) || "must be an http or https URL")),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Ms for each of two attempts. Default: 5000. */
  timeoutMs: Schema.optionalKey(between(100, 60_000)),
})

/** Limits of a provider's key, or of one of its models. */
export const RateLimit = Schema.Struct({
  /** Requests per minute. */
  rpm: Schema.optionalKey(whole(1, 1e9)),
  /** Tokens per minute: what is sent and `maxOutputTokens` together. */
  tpm: Schema.optionalKey(whole(1, 1e12)),
  /** Requests of this process under way at once. */
  concurrent: Schema.optionalKey(whole(1, 1e6)),
  /** A call waits so long for its turn, in ms, and never past its deadline. Default: 30,000. */
  maxWaitMs: Schema.optionalKey(between(0, 3_600_000)),
})
export interface RateLimit extends Schema.Schema.Type<typeof RateLimit> {}

const Reservation = Schema.Struct({
  /** For requests that set none: given to the provider too. Default: the model's own, else 4096. */
  maxOutputTokens: Schema.optionalKey(whole(1, 1e7)),
  /** What counts are raised by that are no exact ones. Default: 1.5. */
  margin: Schema.optionalKey(between(1, 10)),
  /** A process that is killed holds what it reserved until its calls' deadlines and so much longer, in ms. Default: 30,000. */
  graceMs: Schema.optionalKey(between(100, 3_600_000)),
})

const isListener = (value: unknown): value is (alert: BudgetAlert) => void => typeof value === "function"

export const fields = {
  /** The ledger: a SQLite path or URL, or `postgres://…`. Default: `.switchyard/usage.sqlite`, from where the program runs. */
  store: Schema.optionalKey(
    Url.check(
      Schema.makeFilter((url) => isStore(plain(url)) || "must be a path, a sqlite:// URL or a postgres:// URL"),
    ),
  ),
  /** Each attempt is committed before its call goes on; else behind it. Default: false. */
  durable: Schema.optionalKey(Schema.Boolean),
  /** What nobody waits for is written so often, in ms. Default: 200. */
  flushMs: Schema.optionalKey(between(10, 60_000)),
  /** So many attempts wait at most while the store is away. Default: 10,000. */
  maxWaiting: Schema.optionalKey(whole(100, 1e7)),
  budgets: Schema.optionalKey(Schema.Array(Budget)),
  /** Budgets and rate limits that all processes share. Default: none, each process has its own. */
  redis: Schema.optionalKey(Redis),
  reservation: Schema.optionalKey(Reservation),
  webhook: Schema.optionalKey(Webhook),
  /** Called with each alert. */
  onAlert: Schema.optionalKey(Schema.declare(isListener)),
  /** By provider (one key each) or `provider/model`. `{}` only learns what the provider tells of its limits. */
  rateLimits: Schema.optionalKey(Schema.Record(Schema.String, RateLimit)),
  /** Prices of your own, and a newer list. */
  prices: Schema.optionalKey(PriceCatalogueOptions),
  /** How tokens are counted. */
  tokens: Schema.optionalKey(TokenCounterOptions),
  /** `false`: the stack's model catalogue stays as it is, for a catalogue plugin of your own. Default: true. */
  catalog: Schema.optionalKey(Schema.Boolean),
  /** A handle to read usage and write it down by hand: `makeUsageHandle()`. */
  handle: Schema.optionalKey(Schema.declare(isUsageHandle)),
}

const Fields = Schema.Struct(fields)
export interface Options extends Schema.Schema.Type<typeof Fields> {}

/** Two budgets with one name would share a counter. */
const problems = ({ budgets = [] }: Options) => {
  const names = budgets.map((budget) => ruleOf(budget).name)
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: ["budgets", index, "name"],
            issue: `another budget is called "${name}": give each a name of its own`,
          },
        ],
  )
}

export const UsageOptions = Fields.check(Schema.makeFilter((options) => problems(options)))
/** The names of all options. */
export const optionNames: ReadonlyArray<string> = Object.keys(fields)
