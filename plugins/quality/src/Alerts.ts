import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type { DriftAlert } from "./Drift.ts"

type Secret = string | Redacted.Redacted

export interface WebhookOptions {
  readonly url: Secret
  readonly headers?: Readonly<Record<string, Secret>>
  /** ms for one try. Default: 5,000. */
  readonly timeoutMs?: number
  /** Default: 3, with 1 s, 2 s ... between them. */
  readonly attempts?: number
}

export interface AlertOptions {
  /** A warning in the log for each alert. Default: true. */
  readonly log?: boolean
  readonly webhook?: WebhookOptions
  /** What posts to the webhook. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

/** Takes an alert and returns at once: the webhook is called behind it. */
export type AlertSink = (alert: DriftAlert) => Effect.Effect<void>

/** The counter that alerts add to, with the attributes `model`, `metric` and `direction`. */
export const driftMetric = "switchyard.quality.drift"

const counter = Metric.counter(driftMetric, { description: "Lasting changes of a quality metric", incremental: true })

const waiting = 100
const closeMs = 2000

const open = (secret: Secret): string => (typeof secret === "string" ? secret : Redacted.value(secret))

/** Only the host: the path of a webhook is its password. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "the webhook")

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200)

/** `text` is what chat systems show; all else is the alert. */
const post = (
  alert: DriftAlert,
  { url, headers = {}, timeoutMs = 5000 }: WebhookOptions,
  fetch: typeof globalThis.fetch,
) =>
  Effect.tryPromise({
    try: async (signal) => {
      const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, open(value)]))
      const response = await fetch(open(url), {
        method: "POST",
        headers: { "content-type": "application/json", ...sent },
        body: JSON.stringify({ event: "quality-drift", text: alert.message, alert }),
        signal,
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`it answered ${response.status}`)
    },
    catch: (thrown) => textOf(thrown).replaceAll(open(url), hostOf(open(url))),
  }).pipe(Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.fail(`no answer within ${timeoutMs} ms`) }))

/** Posts alerts one after the other, behind the calls. One that cannot be delivered is a line in the log. */
const makePoster = Effect.fnUntraced(function* (webhook: WebhookOptions, fetch: typeof globalThis.fetch) {
  const host = hostOf(open(webhook.url))
  const queue = yield* Queue.dropping<DriftAlert, Cause.Done>(waiting)
  const one = (alert: DriftAlert) =>
    Effect.retry(post(alert, webhook, fetch), {
      schedule: Schedule.exponential("1 second"),
      times: (webhook.attempts ?? 3) - 1,
    }).pipe(
      Effect.catch((why) => Effect.logWarning(`an alert did not reach the webhook at ${host}: ${why}. Calls go on`)),
    )
  const fiber = yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), one)))
  // Added after the fork, so that it runs before the poster is interrupted: what waits is still sent, for a while.
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Queue.end(queue), Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), closeMs))),
  )
  return (alert: DriftAlert): boolean => Queue.offerUnsafe(queue, alert)
})

/** Where alerts go: the log, a metric, a webhook. Needs a scope; what waits when it closes has two seconds to go out. */
export const makeAlertSink = Effect.fnUntraced(function* (options: AlertOptions = {}) {
  const { log = true, webhook, fetch = globalThis.fetch } = options
  const tell = webhook === undefined ? undefined : yield* makePoster(webhook, fetch)
  const sink: AlertSink = Effect.fnUntraced(function* (alert) {
    const { model, metric, direction } = alert
    yield* Metric.update(Metric.withAttributes(counter, { model, metric, direction }), 1)
    if (log) yield* Effect.annotateLogs(Effect.logWarning(alert.message), { model, metric, direction })
    if (tell !== undefined && !tell(alert)) {
      yield* Effect.logWarning(`${waiting} alerts wait for the webhook already: one was left out`)
    }
  })
  return sink
})
