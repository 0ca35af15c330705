import type { JsonObject, LlmError, LlmResponse, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Criteria, isReport, readCriteria, readReport, type Report } from "./internal/criteria.ts"
import { askJudge, type Question } from "./internal/askJudge.ts"
import { makeFence } from "./internal/fence.ts"
import { replyForm, rules } from "./internal/instructions.ts"
import { issueOf, unknown } from "./internal/issues.ts"
import { answerText, codeOf, passagesOf, questionOf } from "./internal/material.ts"
import { makeReader } from "./internal/params.ts"
import { type Session, warn } from "./internal/Session.ts"
import { own } from "./internal/settings.ts"
import { fill } from "./internal/template.ts"
import type { JudgeKind } from "./JudgeKind.ts"

const fields = {
  ...own,
  /** The task, with placeholders for the material. */
  prompt: Schema.NonEmptyString,
  /** `{ mcpServers: { name: { command, args, env } } }`: tools for the agent, where `@switchyard/tools-mcp` is installed. */
  mcpConfig: Schema.optionalKey(Schema.JsonObject),
  successCriteria: Schema.optionalKey(Schema.JsonObject),
}
const Params = Schema.Struct(fields)
const read = makeReader(fields, Params)

/** What each placeholder stands for. */
const materialOf = ({ response, account, request }: Session): ReadonlyMap<string, string> => {
  const text = answerText(response.content)
  const question = questionOf(account)
  return new Map([
    ["TEXT_TO_VALIDATE", text],
    ["RESPONSE_TO_VALIDATE", text],
    ["JSON_TO_VALIDATE", text],
    ["CODE_TO_VALIDATE", codeOf(text)],
    ["QUESTION", question],
    ["ORIGINAL_USER_PROMPT", question],
    ["SOURCES", passagesOf(request).join("\n\n---\n\n")],
  ])
}

/** Placeholders that show the answer. A task without one of them gets it at its end. */
const ofAnswer = ["TEXT_TO_VALIDATE", "RESPONSE_TO_VALIDATE", "JSON_TO_VALIDATE", "CODE_TO_VALIDATE"]

/** MCP servers in the form that the request of one call takes: they may stand under `mcpServers` or by themselves. */
const mcpOf = (config: JsonObject): JsonObject =>
  "mcpServers" in config || "servers" in config ? config : { servers: config }

const reportForm = ({ flags, contain }: Criteria): ReadonlyArray<readonly [string, string]> => [
  ...flags.map(({ path }) => [path, "true or false, what you found"] as const),
  ["reasoning", "why, in a sentence or two"],
  ["details", contain.length > 0 ? "an object with what you found" : "an object with what you found, or null"],
]

const warnOfTools = (session: Session, { route, warnings }: LlmResponse): void => {
  const offered = route.decisions.some(({ by }) => by === "tools-mcp")
  if (!offered) warn(session, "its agent was offered no tools: install @switchyard/tools-mcp for mcp_config to work")
  for (const { message } of warnings) warn(session, message)
}

const questionFor = (
  session: Session,
  model: string,
  { prompt, mcpConfig }: typeof Params.Type,
  criteria: Criteria,
): Question<Report> => {
  const values = materialOf(session)
  const fence = makeFence([...values.values()])
  const blocks = new Map([...values].map(([label, text]) => [label, `\n${fence.show({ label, text })}\n`]))
  const filled = fill(prompt, blocks)
  for (const warning of filled.warnings) warn(session, warning)
  const hasAnswer = ofAnswer.some((label) => filled.used.has(label))
  const end = hasAnswer ? "" : `\n\nThe answer to check:${blocks.get("TEXT_TO_VALIDATE") ?? ""}`
  const shown = hasAnswer ? filled.used : new Set([...filled.used, "TEXT_TO_VALIDATE"])
  return {
    model,
    fence,
    material: [...shown].flatMap((label) => values.get(label) ?? []),
    system: `${rules(fence)}\nDo the task that the user gives you, with tools if you have some.\n${replyForm(fence, reportForm(criteria))}`,
    prompt: `${filled.text}${end}`,
    isVerdict: isReport(criteria),
    read: readReport(criteria),
    ...(mcpConfig === undefined
      ? {}
      : { mcp: mcpOf(mcpConfig), onReply: (response) => warnOfTools(session, response) }),
  }
}

const judge = Effect.fnUntraced(function* (session: Session, params: typeof Params.Type, criteria: Criteria) {
  const { validator, settings, response } = session
  const ruling = yield* askJudge(session, questionFor(session, settings.model ?? "", params, criteria))
  if (ruling._tag === "Unknown") return unknown(validator, ruling.why)
  const { passed, score, faults } = ruling.verdict
  const answer = answerText(response.content)
  const verdict: Verdict = { ok: passed, score, issues: faults.map((fault) => issueOf(validator, fault, answer)) }
  return verdict
})

/** An agent does a task on the answer, with tools where it is given some, and reports. */
export const agentTask: JudgeKind = {
  names: ["agent_task"],
  make: Effect.fnUntraced(function* (validator, given) {
    const { params, warnings } = yield* read(validator, given)
    const criteria = yield* readCriteria(validator, params.successCriteria)
    return {
      own: params,
      warnings: [...warnings, ...criteria.warnings],
      needsModel: true,
      judge: (session): Effect.Effect<Verdict, LlmError> => judge(session, params, criteria),
    }
  }),
}
