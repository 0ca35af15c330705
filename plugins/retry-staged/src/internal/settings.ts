import { type Candidate, hint, type JsonObject, reasonTags } from "@switchyard/core"
import * as Schema from "effect/Schema"
import { isKind } from "./allowances.ts"
import { type Backoff, jitters } from "./backoff.ts"
import { wrongIn } from "./mcp.ts"

const ms = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))

const ModelName = Schema.String.check(
  Schema.makeFilter((name: string) => /^[^/\s]+\/\S+$/.test(name) || `must be written as "provider/model"`),
)

const PerKind = Schema.Record(Schema.String, Schema.Natural).check(
  Schema.makeFilter((record: Readonly<Record<string, number>>) =>
    Object.keys(record)
      .filter((kind) => !isKind(kind))
      .map((kind) => ({ path: [kind], issue: `"${kind}" is no kind of error${hint(kind, reasonTags)}` })),
  ),
)

const EscalationRule = Schema.Struct({ validator: Schema.NonEmptyString, failures: count })
/** A person is asked when this validator has rejected so many answers of a call. */
export interface EscalationRule extends Schema.Schema.Type<typeof EscalationRule> {}

const McpConfig = Schema.JsonObject.check(Schema.makeFilter((config: JsonObject) => wrongIn(config)))

/** What both the plugin's options and one call may set. Times in ms. */
export const fields = {
  maxAttempts: Schema.optionalKey(count),
  maxTotalAttempts: Schema.optionalKey(count),
  jitter: Schema.optionalKey(Schema.Literals(jitters)),
  baseMs: Schema.optionalKey(ms),
  factor: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1))),
  capMs: Schema.optionalKey(ms),
  maxRetryAfterMs: Schema.optionalKey(ms),
  perKind: Schema.optionalKey(PerKind),
  maxFeedbackChars: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 500, maximum: 10_000_000 }))),
  maxAttemptsBeforeToolUse: Schema.optionalKey(count),
  debugToolName: Schema.optionalKey(Schema.NonEmptyString),
  debugToolMcpConfig: Schema.optionalKey(McpConfig),
  maxAttemptsBeforeStrongerModel: Schema.optionalKey(count),
  strongerModel: Schema.optionalKey(ModelName),
  maxAttemptsBeforeHuman: Schema.optionalKey(count),
  escalateWhen: Schema.optionalKey(Schema.Array(EscalationRule)),
  debugMode: Schema.optionalKey(Schema.Boolean),
}

const Given = Schema.Struct(fields)
/** Settings as they are written: each may be absent. */
export interface Given extends Schema.Schema.Type<typeof Given> {}

/** The tool that is offered after `after` rejected answers, and the MCP configuration that brings it. */
export interface ToolStage {
  readonly after: number
  readonly name: string
  readonly config: JsonObject | undefined
}

/** Settings with every default filled in. Stages count rejected answers. */
export interface Settings extends Backoff {
  readonly maxAttempts: number
  readonly maxTotalAttempts: number
  readonly maxRetryAfterMs: number
  readonly perKind: Readonly<Record<string, number>>
  readonly maxFeedbackChars: number
  readonly tool: ToolStage | undefined
  readonly stronger: { readonly after: number; readonly candidate: Candidate } | undefined
  readonly humanAfter: number
  readonly escalateWhen: ReadonlyArray<EscalationRule>
  readonly debugMode: boolean
}

export const toolAfter = ({ debugToolName, maxAttemptsBeforeToolUse }: Given): number | undefined =>
  debugToolName === undefined ? undefined : (maxAttemptsBeforeToolUse ?? 2)

export const strongerAfter = ({ strongerModel, maxAttemptsBeforeStrongerModel }: Given): number | undefined =>
  strongerModel === undefined ? undefined : (maxAttemptsBeforeStrongerModel ?? 3)

const candidateOf = (name: string): Candidate => {
  const slash = name.indexOf("/")
  return { provider: name.slice(0, slash), model: name.slice(slash + 1), reason: "the stronger model" }
}

/** Fills in the defaults. Without a number of their own, attempts are enough to reach every stage. */
export const settle = (given: Given): Settings => {
  const { debugToolName: name, strongerModel, maxAttemptsBeforeHuman } = given
  const tool = toolAfter(given)
  const stronger = strongerAfter(given)
  const escalateWhen = given.escalateWhen ?? []
  const rules = escalateWhen.map(({ failures }) => failures)
  const last = Math.max((tool ?? 0) + 1, (stronger ?? 0) + 1, maxAttemptsBeforeHuman ?? 0, ...rules)
  const maxAttempts = given.maxAttempts ?? Math.max(3, last)
  return {
    maxAttempts,
    maxTotalAttempts: given.maxTotalAttempts ?? Math.max(10, 2 * maxAttempts),
    jitter: given.jitter ?? "full",
    baseMs: given.baseMs ?? 500,
    factor: given.factor ?? 2,
    capMs: given.capMs ?? defaultCapMs,
    maxRetryAfterMs: given.maxRetryAfterMs ?? 10_000,
    perKind: given.perKind ?? {},
    maxFeedbackChars: given.maxFeedbackChars ?? 32_000,
    tool:
      name === undefined || tool === undefined ? undefined : { after: tool, name, config: given.debugToolMcpConfig },
    stronger:
      strongerModel === undefined || stronger === undefined
        ? undefined
        : { after: stronger, candidate: candidateOf(strongerModel) },
    humanAfter: maxAttemptsBeforeHuman ?? Infinity,
    escalateWhen,
    debugMode: given.debugMode ?? false,
  }
}

const defaultCapMs = 20_000
