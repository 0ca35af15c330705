import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { Ticket } from "../Ticket.ts"
import { plugin } from "./name.ts"

export const WebhookOptions = Schema.Struct({
  /** The operator's own address: private ones are allowed. */
  url: Schema.String.check(
    Schema.makeFilter((url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
      expected: "an http:// or https:// URL",
    }),
  ),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** For one try, in ms. Default: 5000. */
  timeoutMs: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 60_000 }))),
})
export interface WebhookOptions extends Schema.Schema.Type<typeof WebhookOptions> {}

export type WebhookEvent = "review.opened" | "review.decided"

const tries = Schedule.upTo(Schedule.exponential("500 millis"), { times: 2 })

/** What is told: that there is something to decide, or how it was decided; nothing of the conversation. */
const bodyOf = (event: WebhookEvent, { subject, ...ticket }: Ticket): string =>
  JSON.stringify({
    event,
    ticket: ticket.id,
    status: ticket.status,
    reason: ticket.reason,
    model: `${subject.candidate.provider}/${subject.candidate.model}`,
    createdAt: new Date(ticket.createdAt).toISOString(),
    deadlineAt: new Date(ticket.deadlineAt).toISOString(),
    ...(ticket.decision === undefined ? {} : { by: ticket.decision.by }),
  })

/** An address that is told of tickets. Where it is down, one warning says so until it works again; nothing waits for it. */
export class Webhook {
  readonly #options: WebhookOptions
  readonly #host: string
  #down = false

  constructor(options: WebhookOptions) {
    this.#options = options
    this.#host = new URL(options.url).host
  }

  /** Tries three times. What is sent twice after a crash has the same `id`. */
  send(event: WebhookEvent, ticket: Ticket): Effect.Effect<void> {
    const once = this.#post(`${ticket.id}/${event}`, bodyOf(event, ticket))
    return Effect.matchEffect(Effect.retry(once, tries), {
      onSuccess: () => Effect.sync(() => void (this.#down = false)),
      onFailure: (why) => this.#warn(why),
    })
  }

  #post(id: string, body: string): Effect.Effect<void, string> {
    const { url, headers, timeoutMs = 5000 } = this.#options
    const sent = { ...headers, "content-type": "application/json", "webhook-id": id }
    const post = async (signal: AbortSignal) => {
      const response = await fetch(url, { method: "POST", headers: sent, body, signal, redirect: "error" })
      await response.body?.cancel()
      return response.status
    }
    const reached = Effect.tryPromise({ try: post, catch: reasonOf })
    const inTime = Effect.timeoutOrElse(reached, {
      duration: Duration.millis(timeoutMs),
      orElse: () => Effect.fail(`no answer within ${timeoutMs} ms`),
    })
    return Effect.flatMap(inTime, (status) => (status < 300 ? Effect.void : Effect.fail(`it answered ${status}`)))
  }

  #warn(why: string): Effect.Effect<void> {
    if (this.#down) return Effect.void
    this.#down = true
    const warning = Effect.logWarning(`${plugin} cannot reach the webhook at ${this.#host}: ${why}. Reviews go on`)
    return Effect.provideService(warning, References.MinimumLogLevel, "Info")
  }
}

/** What undici says is in the cause. */
const reasonOf = (thrown: unknown): string => {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined
  return code ?? (cause instanceof Error ? cause.message : "it cannot be reached")
}
