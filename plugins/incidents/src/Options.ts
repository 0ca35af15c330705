import { reasonTags } from "@switchyard/core"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { isIncidentsHandle } from "./IncidentsHandle.ts"
import { contradictions, Policy } from "./internal/Policy.ts"

const Url = Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.String)])
const plain = (url: typeof Url.Type): string => (typeof url === "string" ? url : Redacted.value(url))

const isStore = (url: string): boolean =>
  /^(sqlite|file|postgres|postgresql):/i.test(url) || !/^[a-z][\w+.-]+:\/\//i.test(url)
const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const Webhook = Schema.Struct({
  /** Gets a POST of `{ event, text, incident }` when an incident opens and when it closes. */
  url: Url.check(
    Schema.makeFilter((url) => isHttp(plain(url)) || "must be an http or https URL", {
      expected: "an http or https URL",
    }),
  ),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Ms for each attempt. Default: 5000. */
  timeoutMs: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(100), Schema.isLessThanOrEqualTo(60_000)),
  ),
  /** Default: 3, 1 and 2 s apart. */
  attempts: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1), Schema.isLessThanOrEqualTo(10))),
})

const Fields = Schema.Struct({
  /** A SQLite path or URL, or `postgres://…`. Default: `.switchyard/switchyard.sqlite`, from where the program runs. */
  store: Schema.optionalKey(
    Url.check(
      Schema.makeFilter((url) => isStore(plain(url)) || "must be a path, a sqlite:// URL or a postgres:// URL"),
    ),
  ),
  policy: Schema.optionalKey(Policy),
  /** By component, over `policy`: `provider` for attempts, `call` for calls, or those of `safeExecute`. */
  policies: Schema.optionalKey(Schema.Record(Schema.String, Policy)),
  /** Kinds of failure that are counted and open nothing, besides the caller's own. */
  ignore: Schema.optionalKey(Schema.Array(Schema.Literals(reasonTags))),
  webhook: Schema.optionalKey(Webhook),
  /** So many characters of the last prompt are kept in samples, cleaned of keys. Default: 0, and no quotes of it either. */
  promptChars: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0), Schema.isLessThanOrEqualTo(4000))),
  /** Counts are written so often, in ms; a process that is killed loses as much. Default: 1000. */
  flushMs: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(50), Schema.isLessThanOrEqualTo(60_000)),
  ),
  /** Closed incidents and counts that nobody added to for so long are deleted. Default: 90. */
  keepDays: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1), Schema.isLessThanOrEqualTo(36_500)),
  ),
  /** So many places are counted by themselves at once. Default: 1000. */
  maxPlaces: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(1), Schema.isLessThanOrEqualTo(100_000)),
  ),
  /** A handle to read incidents and run code with: `makeIncidentsHandle()`. */
  handle: Schema.optionalKey(Schema.declare(isIncidentsHandle)),
})
export interface Options extends Schema.Schema.Type<typeof Fields> {}

const problems = ({ policy = {}, policies = {} }: Options) => [
  ...contradictions(policy).map(([field, issue]) => ({ path: ["policy", field], issue })),
  ...Object.entries(policies).flatMap(([component, own]) =>
    contradictions({ ...policy, ...own }).map(([field, issue]) => ({ path: ["policies", component, field], issue })),
  ),
]

export const IncidentsOptions = Fields.check(Schema.makeFilter((options) => problems(options)))
/** The names of all options. */
export const optionNames: ReadonlyArray<string> = Object.keys(Fields.fields)
