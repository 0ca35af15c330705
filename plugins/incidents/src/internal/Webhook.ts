import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Incident } from "../Incident.ts"
import { clean } from "./clean.ts"
import { plugin, type StoreUrl } from "./connection.ts"

export interface WebhookOptions {
  readonly url: StoreUrl
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly attempts?: number
}

export type IncidentEvent = "opened" | "closed"

/** Takes an event and returns at once; it is sent behind the calls. */
export interface Webhook {
  readonly tell: (event: IncidentEvent, incident: Incident) => void
}

const waiting = 100
const closeMs = 2000

interface Told {
  readonly event: IncidentEvent
  readonly incident: Incident
}

/** `text` is what chat systems show (Slack, Mattermost and others that take their form). */
const bodyOf = ({ event, incident }: Told): string =>
  JSON.stringify({ event, text: `Incident ${event}: ${incident.summary}`, incident })

/** Only the host: the path of a webhook is its password. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "the webhook")

const why = (thrown: unknown): string => {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return clean(text, 200)
}

/**
 * Sends events one after the other, each a few times. A webhook that does not take them is one line in the log until it
 * does again, and costs nothing else; when too many wait, further ones are left out.
 */
export const makeWebhook = Effect.fnUntraced(function* (options: WebhookOptions) {
  const { makeTransport } = yield* Effect.promise(() => import("@switchyard/transport"))
  const { headers, timeoutMs = 5000, attempts = 3 } = options
  const url = typeof options.url === "string" ? options.url : Redacted.value(options.url)
  const transport = yield* Effect.acquireRelease(
    Effect.sync(() => makeTransport({ connectTimeoutMs: timeoutMs })),
    (made) => Effect.promise(() => made.close()),
  )
  const post = (told: Told) =>
    Effect.tryPromise({
      try: async (signal) => {
        const sent = { "content-type": "application/json", ...headers }
        const response = await transport.fetch(url, { method: "POST", headers: sent, body: bodyOf(told), signal })
        await response.body?.cancel()
        if (!response.ok) throw new Error(`it answered ${response.status}`)
      },
      catch: (thrown) => why(thrown).replaceAll(url, hostOf(url)),
    }).pipe(
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => Effect.fail(`no answer within ${timeoutMs} ms`),
      }),
    )
  const patient = (told: Told) =>
    Effect.retry(post(told), { schedule: Schedule.exponential("1 second"), times: attempts - 1 })
  return yield* queueOf(patient, hostOf(url))
})

const queueOf = (
  send: (told: Told) => Effect.Effect<void, string>,
  host: string,
): Effect.Effect<Webhook, never, Scope.Scope> =>
  Effect.gen(function* () {
    const queue = yield* Queue.dropping<Told, Cause.Done>(waiting)
    let down = false
    const failed = (reason: string) =>
      Effect.suspend(() => {
        if (down) return Effect.void
        down = true
        return Effect.logWarning(`${plugin} cannot reach the webhook at ${host}: ${reason}. Calls go on`)
      })
    const one = (told: Told) =>
      Effect.matchEffect(send(told), { onFailure: failed, onSuccess: () => Effect.sync(() => void (down = false)) })
    const fiber = yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), one)))
    // Added after the fork, so that it runs before the sender is interrupted.
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Queue.end(queue), Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), closeMs))),
    )
    return { tell: (event, incident) => void Queue.offerUnsafe(queue, { event, incident }) }
  })
