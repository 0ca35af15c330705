import type { LlmError } from "@switchyard/core"
import { migrate, sqlLayer, storeFailure } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { makeReviews } from "./internal/makeReviews.ts"
import { plugin } from "./internal/name.ts"
import { runFlow } from "./internal/runFlow.ts"
import { migrations } from "./internal/tables.ts"
import { TicketTable } from "./internal/TicketTable.ts"
import { Waiters } from "./internal/Waiters.ts"
import { watch } from "./internal/watch.ts"
import { Webhook, type WebhookOptions } from "./internal/Webhook.ts"
import { Reviews } from "./Reviews.ts"
import type { Ticket } from "./Ticket.ts"

/** Where reviews are kept, unless told: below the folder in which the program runs. */
export const defaultStore = ".switchyard/reviews.sqlite"

export interface ReviewsOptions {
  /** A file or a `postgres://` URL. Default: `.switchyard/reviews.sqlite`. */
  readonly store?: string | Redacted.Redacted
  readonly webhook?: WebhookOptions
  /**
   * Run the workflows of tickets: deadlines on time, webhooks. `false` (default): only look and decide, as a command does,
   * and leave them to the process that runs them.
   */
  readonly workflows?: boolean
}

const make = Effect.fnUntraced(function* (options: ReviewsOptions) {
  const { store = defaultStore, webhook, workflows = false } = options
  yield* Effect.mapError(migrate("reviews", migrations), storeFailure(plugin, store))
  const table = new TicketTable(yield* SqlClient)
  const waiters = new Waiters()
  const changes = yield* Queue.unbounded<Ticket>()
  const changed = (ticket: Ticket) => (workflows ? Effect.asVoid(Queue.offer(changes, ticket)) : Effect.void)
  const { expire, find, overdue, reviews } = makeReviews({ table, waiters, store, changed })
  yield* watch(table, waiters, overdue)
  if (workflows) {
    yield* runFlow({ table, changes, expire, find, webhook: webhook === undefined ? undefined : new Webhook(webhook) })
  }
  return reviews
})

/**
 * The queue of reviews on its store, for stacks, commands and servers alike. Fails with `InvalidRequest` when the store
 * cannot be opened.
 */
export const reviewsLayer = (options: ReviewsOptions = {}): Layer.Layer<Reviews, LlmError> =>
  Layer.effect(Reviews, make(options)).pipe(
    Layer.provide(sqlLayer({ url: options.store ?? defaultStore, synchronous: "full" })),
  )
