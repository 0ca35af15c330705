import { userInfo } from "node:os"
import type { Ticket, TicketStatus } from "@switchyard/human-review"
import { isLlmError } from "@switchyard/core"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { extension } from "../extension.ts"
import { debugFlag, jsonFlag } from "../flags.ts"
import { note, oneLine, out } from "../output.ts"
import { printable } from "../printable.ts"
import { describe, tableOf } from "../reviewText.ts"

type Package = typeof import("@switchyard/human-review")
type Queue = Package["Reviews"]["Service"]

const load = (): Promise<Package> => extension("@switchyard/human-review", () => import("@switchyard/human-review"))

/** A store of the operator's that cannot be opened is wrong usage; what the queue refuses is a failure. */
const told = (error: unknown): unknown => {
  if (!isLlmError(error)) return error
  const message = oneLine(error.reason.message)
  return error.context.operation === "compose" ? new UsageError(message) : new Error(message)
}

/** Uses the queue of a store. A file that is not there is not made: it would hide a mistyped name. */
const withQueue = async <A>(
  given: Option.Option<string>,
  signal: AbortSignal,
  use: (reviews: Queue) => Effect.Effect<A, unknown>,
): Promise<A> => {
  const { defaultStore, Reviews, reviewsLayer, storeExists } = await load()
  const store = Option.getOrElse(given, () => defaultStore)
  if (!storeExists(store)) {
    throw new UsageError(
      `there is no store ${store}: name it with --store, as the stack does with @switchyard/human-review`,
    )
  }
  try {
    return await Effect.runPromise(Effect.provide(Effect.flatMap(Reviews, use), reviewsLayer({ store })), { signal })
  } catch (error) {
    throw told(error)
  }
}

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const ticketArgument = Argument.String("ticket").pipe(Argument.withDescription("The ticket's id"))
const common = {
  store: optional("store", "The store: a file or a postgres:// URL. Default: .switchyard/reviews.sqlite"),
  json: jsonFlag,
  debug: debugFlag,
}
const by = optional("by", "Who decides. Default: the name of the account")

const person = (given: Option.Option<string>): string => {
  if (Option.isSome(given)) return given.value
  try {
    return userInfo().username
  } catch {
    throw new UsageError("this account has no name: say who decides with --by")
  }
}

/** The text of the answer, from the flag or from standard input. */
const textOf = async (given: Option.Option<string>): Promise<string> => {
  if (Option.isSome(given)) return given.value
  if (process.stdin.isTTY) throw new UsageError("give the text with --text, or on standard input")
  let text = ""
  for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk)
  if (text.trim() === "") throw new UsageError("the text is empty: give it with --text, or on standard input")
  return text.replace(/\r?\n$/, "")
}

const print = async (json: boolean, ticket: Ticket): Promise<void> =>
  out(
    json
      ? `${JSON.stringify((await load()).ticketJson(ticket))}\n`
      : `ticket ${ticket.id} ${ticket.status} by ${printable(ticket.decision?.by ?? "nobody")}\n`,
  )

const statuses = ["open", "approved", "edited", "rejected", "answered", "expired", "all"] as const

const list = Command.make(
  "list",
  {
    ...common,
    status: Flag.Literals("status", statuses).pipe(
      Flag.withDescription("Only tickets of this status"),
      Flag.withDefault("open" as const),
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("At most so many, the newest first"),
      Flag.filter(
        (count) => count > 0,
        () => "a whole number above 0",
      ),
      Flag.withDefault(100),
    ),
  },
  ({ store, json, status, limit }) =>
    action(async (signal) => {
      const filter = status === "all" ? { limit } : { limit, status: status satisfies TicketStatus }
      const tickets = await withQueue(store, signal, (reviews) => reviews.list(filter))
      const { ticketJson } = await load()
      if (json) out(tickets.map((ticket) => `${JSON.stringify(ticketJson(ticket))}\n`).join(""))
      else if (tickets.length > 0) out(`${tableOf(tickets)}\n`)
      if (tickets.length === 0) note(status === "all" ? "there are no tickets" : `no ticket is ${status}`)
    }),
).pipe(Command.withDescription("List tickets, the open ones unless told, the newest first"))

const show = Command.make("show", { ticket: ticketArgument, ...common }, ({ ticket: id, store, json }) =>
  action(async (signal) => {
    const [ticket, audit] = await withQueue(store, signal, (reviews) =>
      Effect.all([reviews.get(id), reviews.audit(id)]),
    )
    const { ticketJson } = await load()
    out(json ? `${JSON.stringify({ ...ticketJson(ticket), audit })}\n` : `${describe(ticket, audit).join("\n")}\n`)
  }),
).pipe(Command.withDescription("Show a ticket: the conversation, the answer, what is wrong with it, and what happened"))

const noteOf = (given: Option.Option<string>) => (Option.isSome(given) ? { note: given.value } : {})

const why = optional("note", "Why, for the audit trail")

const approve = Command.make("approve", { ticket: ticketArgument, by, note: why, ...common }, (given) =>
  action(async (signal) => {
    const decision = { by: person(given.by), ...noteOf(given.note) }
    await print(given.json, await withQueue(given.store, signal, (reviews) => reviews.approve(given.ticket, decision)))
  }),
).pipe(Command.withDescription("The answer is good as it is"))

const reject = Command.make(
  "reject",
  { ticket: ticketArgument, by, reason: optional("reason", "Why; the caller is told"), ...common },
  (given) =>
    action(async (signal) => {
      const decision = { by: person(given.by), ...noteOf(given.reason) }
      await print(given.json, await withQueue(given.store, signal, (reviews) => reviews.reject(given.ticket, decision)))
    }),
).pipe(Command.withDescription("There is no good answer: the call fails"))

const text = optional("text", "The text. Without it: standard input")

/** `edit` and `answer` differ in what they do with the text. */
const withText = (name: "edit" | "answer", description: string) =>
  Command.make(name, { ticket: ticketArgument, by, text, note: why, ...common }, (given) =>
    action(async (signal) => {
      const decision = { by: person(given.by), text: await textOf(given.text), ...noteOf(given.note) }
      await print(given.json, await withQueue(given.store, signal, (reviews) => reviews[name](given.ticket, decision)))
    }),
  ).pipe(Command.withDescription(description))

/** Tickets of calls that need a person. */
export const review = Command.make("review").pipe(
  Command.withDescription("Decide what models could not: the tickets of @switchyard/human-review"),
  Command.withExamples([
    { command: "switchyard review list", description: "What waits for a person" },
    { command: `switchyard review reject 4f1c… --reason "the total is wrong"`, description: "Decide" },
  ]),
  Command.withSubcommands([
    list,
    show,
    approve,
    withText("edit", "Return the answer with another text"),
    reject,
    withText("answer", "Answer by hand"),
  ]),
)
