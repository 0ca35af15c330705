import { LlmError, type Part, type ProviderResponse, type Verdict } from "@switchyard/core"
import type { Decision, Ticket } from "../Ticket.ts"

const text = (value: string): ReadonlyArray<Part> => [{ type: "text", text: value }]

/** A person's answer. It consumed nothing that anybody counted. */
const written = ({ subject }: Ticket, value: string): ProviderResponse => ({
  content: text(value),
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: subject.candidate.model,
})

/** Everything but the text stays as it was, as sources do; the text is in the place of the first one. */
const edited = (answer: ProviderResponse, value: string): ProviderResponse => {
  const others = answer.content.filter(({ type }) => type !== "text" && type !== "reasoning")
  return { ...answer, content: [...text(value), ...others], finish: { unified: "stop" } }
}

/** Final: no other model is asked for what a person refused. */
const rejection = (ticket: Ticket, { by, note }: Decision): LlmError => {
  const why = note === undefined ? "" : `: ${note}`
  const message = `${by} rejected the answer${why} (ticket ${ticket.id})`
  const issue = { validator: "human-review", message: note ?? message }
  const before = ticket.subject.verdict
  const verdict: Verdict = { ok: false, score: 0, issues: [issue, ...(before?.issues ?? [])] }
  const { provider, model } = ticket.subject.candidate
  return LlmError.make({ _tag: "OutputInvalid", verdicts: [verdict], message, recovery: "none" }, { provider, model })
}

/** The caller has a ticket and no answer. */
export const required = (ticket: string, what: string): LlmError =>
  LlmError.make({ _tag: "HumanReviewRequired", ticket, message: `${what} (ticket ${ticket})` })

/** What a ticket amounts to for the one who asked: the answer, a failure, or nothing yet. */
export const outcomeOf = (ticket: Ticket): ProviderResponse | LlmError | undefined => {
  const { decision, status, subject } = ticket
  if (status === "open" || decision === undefined) return undefined
  const { answer } = subject
  if (status === "approved" && answer !== undefined) return answer
  if (status === "edited" && answer !== undefined) return edited(answer, decision.text ?? "")
  if (status === "answered") return written(ticket, decision.text ?? "")
  if (status === "rejected") return rejection(ticket, decision)
  return required(ticket.id, "nobody decided before the deadline")
}
