import * as Schema from "effect/Schema"
import { type Ticket, TicketSubject } from "./Ticket.ts"

const encode = Schema.encodeSync(TicketSubject)

/** A ticket as JSON, for commands and servers: bytes are base64. */
export const ticketJson = ({ subject, decision, ...ticket }: Ticket): Readonly<Record<string, unknown>> => ({
  ...ticket,
  subject: encode(subject),
  ...(decision === undefined ? {} : { decision }),
})
