import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { BudgetAlert } from "../Budget.ts"
import { plugin, type StoreUrl } from "./connection.ts"

export interface WebhookOptions {
  readonly url: StoreUrl
  readonly headers?: Readonly<Record<string, string>>
  /** Ms for each attempt; there are two. Default: 5000. */
  readonly timeoutMs?: number
}

export const alertMetric = "switchyard_budget_alerts_total"

const counter = Metric.counter(alertMetric, { description: "Shares of budgets that were passed", incremental: true })
const waiting = 100
const closeMs = 2000

const textOf = ({ name, subject, unit, per, limit, used, share }: BudgetAlert): string => {
  const whose = subject === "" ? "" : ` (${subject})`
  const amount = unit === "usd" ? `${used.toFixed(4)} of ${limit} USD` : `${used} of ${limit} ${unit}`
  return `the budget "${name}"${whose} has passed ${Math.round(share * 1000) / 10} %: ${amount} per ${per}`
}

/** Tells an alert to the log, the metric and the webhook. Returns at once; nothing of it ever costs a call. */
export const makeAlerts = (
  webhook: WebhookOptions | undefined,
  listener: ((alert: BudgetAlert) => void) | undefined,
): Effect.Effect<(alert: BudgetAlert) => Effect.Effect<void>, never, Scope.Scope> =>
  Effect.map(webhook === undefined ? Effect.undefined : makeWebhook(webhook), (post) => (alert) => {
    const counted = Metric.update(Metric.withAttributes(counter, { budget: alert.name, share: String(alert.share) }), 1)
    const told = Effect.sync(() => {
      post?.(alert)
      listener?.(alert)
    })
    const all = Effect.all([Effect.logWarning(`${plugin}: ${textOf(alert)}`), counted, told], { discard: true })
    return Effect.catchCause(all, (cause) => Effect.logWarning(`${plugin}: an alert could not be told`, cause))
  })

/** Only the host: the path of a webhook is its password. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "the webhook")

/** One after the other; when too many wait, further ones are left out. */
const makeWebhook = Effect.fnUntraced(function* ({ url: given, headers, timeoutMs = 5000 }: WebhookOptions) {
  const { makeTransport } = yield* Effect.promise(() => import("@switchyard/transport"))
  const url = typeof given === "string" ? given : Redacted.value(given)
  const transport = yield* Effect.acquireRelease(
    Effect.sync(() => makeTransport({ connectTimeoutMs: timeoutMs })),
    (made) => Effect.promise(() => made.close()),
  )
  const post = (alert: BudgetAlert) =>
    Effect.tryPromise({
      try: async (signal) => {
        const sent = { "content-type": "application/json", ...headers }
        const body = JSON.stringify({ event: "budget", text: textOf(alert), budget: alert })
        const response = await transport.fetch(url, { method: "POST", headers: sent, body, signal })
        await response.body?.cancel()
        if (!response.ok) throw new Error(`it answered ${response.status}`)
      },
      catch: (thrown) => (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(url, hostOf(url)),
    }).pipe(
      Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.fail(`no answer within ${timeoutMs} ms`) }),
      Effect.retry({ times: 1 }),
      Effect.catch((why) => Effect.logWarning(`${plugin} cannot reach the webhook at ${hostOf(url)}: ${why}`)),
    )
  const queue = yield* Queue.dropping<BudgetAlert, Cause.Done>(waiting)
  const fiber = yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), post)))
  // Added after the fork, so that it runs before the sender is interrupted.
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Queue.end(queue), Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), closeMs))),
  )
  return (alert: BudgetAlert): void => void Queue.offerUnsafe(queue, alert)
})
