import {
  type AttemptFailure,
  type CallContext,
  type Candidate,
  candidateName,
  type JsonObject,
  type LlmRequest,
  type ProviderResponse,
  type Verdict,
} from "@switchyard/core"
import type { AttemptDecision, AttemptRecord } from "../AttemptRecord.ts"
import { clean } from "./clean.ts"
import { secretsIn, serversOf } from "./mcp.ts"
import { readAnswer } from "./readAnswer.ts"

/** An attempt that counts. A stream's answer is known when it has flowed. */
export interface Answered {
  readonly _tag: "Answered"
  readonly candidate: Candidate
  readonly response: ProviderResponse | undefined
  readonly verdict: Verdict | undefined
}

/** What the log is given, and made a line of when it is written: the call does not wait for that. */
export interface Recorded {
  readonly atMs: number
  readonly result: AttemptFailure | Answered
  readonly attempt: number
  readonly ms: number | undefined
  readonly call: CallContext["id"]
  readonly request: LlmRequest | undefined
  readonly decision: AttemptDecision
  /** The MCP configuration of the tool stage, whose environment is secret. */
  readonly config: JsonObject | undefined
}

const sensitive = /auth|key|token|secret|cookie|password/i

/** Values that must not stand in the file, the longest first: one may be a part of another. */
const secretsOf = ({ request, config }: Recorded): ReadonlyArray<string> => {
  const headers = Object.entries(request?.headers ?? {}).flatMap(([name, value]) =>
    sensitive.test(name) ? [value] : [],
  )
  const given = [config, request?.providerData?.["mcp"]].flatMap((mcp) => (mcp === undefined ? [] : secretsIn(mcp)))
  return [...headers, ...given].filter(({ length }) => length >= 6).sort((a, b) => b.length - a.length)
}

const requestOf = (request: LlmRequest) => {
  const { tools, policy, tenant: _tenant, tags: _tags, ...rest } = request
  const mcp = request.providerData?.["mcp"]
  return {
    ...rest,
    ...(tools === undefined ? {} : { tools: tools.map((tool) => (tool.type === "function" ? tool.name : tool.id)) }),
    ...(mcp === undefined ? {} : { mcp: Object.keys(serversOf(mcp)) }),
    ...(policy?.validators === undefined ? {} : { validators: policy.validators }),
  }
}

const outcomeOf = (
  result: AttemptFailure | Answered,
): Pick<Record<keyof AttemptRecord, unknown>, "response" | "error" | "verdicts"> => {
  if (result._tag !== "Failed") {
    const { response, verdict } = result
    const verdicts = verdict === undefined ? undefined : [verdict]
    if (response === undefined) return { response, error: undefined, verdicts }
    const { content, finish, usage, model, id } = response
    const shown = { content: readAnswer(content), finish, usage: { ...usage, raw: undefined }, model, id }
    return { response: shown, error: undefined, verdicts }
  }
  const { _tag: reason, message, http, retryAfterMs } = result.error.reason
  const verdicts = result.error.reason._tag === "OutputInvalid" ? result.error.reason.verdicts : undefined
  return { response: undefined, error: { reason, message, http, retryAfterMs }, verdicts }
}

/** The line of one attempt, without secrets. */
export const recordOf = (recorded: Recorded): AttemptRecord => {
  const { atMs, result, attempt, ms, call, request, decision } = recorded
  const secrets = secretsOf(recorded)
  const { response, error, verdicts } = outcomeOf(result)
  const written = (value: unknown) => clean(value, secrets)
  return {
    v: 1,
    at: new Date(atMs).toISOString(),
    call,
    attempt,
    candidate: candidateName(result.candidate),
    ...(ms === undefined ? {} : { ms }),
    ...(request === undefined ? {} : { request: written(requestOf(request)) }),
    ...(response === undefined ? {} : { response: written(response) }),
    ...(error === undefined ? {} : { error: written(error) }),
    ...(verdicts === undefined ? {} : { verdicts: written(verdicts) }),
    decision: { ...decision, why: String(written(decision.why)) },
  }
}
