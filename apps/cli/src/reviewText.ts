import type { AuditEntry, Ticket } from "@switchyard/human-review"
import { styled, table } from "./output.ts"
import { printable, printableLines } from "./printable.ts"

const when = (at: number): string => new Date(at).toISOString()

const short = (text: string): string => {
  const line = printable(text)
  return line.length <= 60 ? line : `${line.slice(0, 60)}…`
}

/** Tickets, one a line. */
export const tableOf = (tickets: ReadonlyArray<Ticket>): string =>
  table([
    ["TICKET", "STATUS", "OPENED", "DEADLINE", "MODEL", "REASON"],
    ...tickets.map(({ id, status, createdAt, deadlineAt, subject: { candidate }, reason }) => [
      id,
      status,
      when(createdAt),
      when(deadlineAt),
      printable(`${candidate.provider}/${candidate.model}`),
      short(reason),
    ]),
  ])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A part as text: its own, or what it is. */
const partText = (part: unknown): string => {
  if (!isRecord(part)) return String(part)
  if (typeof part.text === "string") return part.text
  const detail = typeof part.name === "string" ? ` ${part.name}(${String(part.inputText ?? "")})` : ""
  return `[${String(part.type)}${detail}]`
}

const contentText = (content: unknown): string =>
  typeof content === "string" ? content : Array.isArray(content) ? content.map(partText).join("\n") : ""

const indented = (text: string): ReadonlyArray<string> => printableLines(text).map((line) => `    ${line}`)

const conversation = ({ subject: { request } }: Ticket): ReadonlyArray<string> => {
  const messages = isRecord(request) && Array.isArray(request.messages) ? request.messages.filter(isRecord) : []
  return messages.flatMap(({ role, content }) => [
    styled("bold", `  ${String(role)}`),
    ...indented(contentText(content)),
  ])
}

/** Everything that a person needs to decide. */
export const describe = (ticket: Ticket, audit: ReadonlyArray<AuditEntry>): ReadonlyArray<string> => {
  const { answer, candidate, error, verdict } = ticket.subject
  const issues = (verdict?.issues ?? []).map(({ validator, message, suggestion }) =>
    printable(`${validator}: ${message}${suggestion === undefined ? "" : ` (${suggestion})`}`),
  )
  return [
    `${styled("bold", `ticket ${ticket.id}`)}  ${ticket.status}`,
    `reason    ${printable(ticket.reason)}`,
    `model     ${printable(`${candidate.provider}/${candidate.model}`)}`,
    `deadline  ${when(ticket.deadlineAt)}, then ${ticket.onDeadline}`,
    "conversation",
    ...conversation(ticket),
    ...(answer === undefined ? [] : ["answer", ...indented(contentText(answer.content))]),
    ...(error === undefined ? [] : [`error     ${printable(`${error.reason}: ${error.message}`)}`]),
    ...issues.map((issue) => `issue     ${issue}`),
    ...(ticket.decision?.text === undefined ? [] : ["returned", ...indented(ticket.decision.text)]),
    ...audit.map(
      ({ at, by, action, note }) =>
        `${when(at)}  ${action} by ${printable(by)}${note === undefined ? "" : `: ${printable(note)}`}`,
    ),
  ]
}
