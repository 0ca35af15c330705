import { definePlugin } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeHumanReview } from "./HumanReview.ts"
import { plugin } from "./internal/name.ts"
import { WebhookOptions } from "./internal/Webhook.ts"
import { Reviews } from "./Reviews.ts"
import { reviewsLayer } from "./reviewsLayer.ts"
import { OnDeadline } from "./Ticket.ts"

const day = 86_400_000

const Options = Schema.Struct({
  /** A file or a `postgres://` URL. Default: `.switchyard/reviews.sqlite`, from where the program runs. */
  store: Schema.optionalKey(Schema.NonEmptyString),
  /** `wait` (default): the call waits. `ticket`: it fails at once with `HumanReviewRequired`, and the caller polls. */
  mode: Schema.optionalKey(Schema.Literals(["wait", "ticket"])),
  /** How long a person has, in ms, at most a year. Default: a day. */
  deadlineMs: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 365 * day }))),
  /** What happens then. Default: `fail`, with `HumanReviewRequired`. */
  onDeadline: Schema.optionalKey(OnDeadline),
  webhook: Schema.optionalKey(WebhookOptions),
})

/**
 * A person answers when retries are spent: a durable queue of tickets. A store that cannot be opened and wrong options fail
 * the stack with `InvalidRequest` and the field.
 */
export const humanReview = definePlugin({
  manifest: { name: plugin, kind: "escalation", contract: 1, permissions: ["filesystem", "network"] },
  options: Options,
  layer: ({ store, webhook, mode = "wait", deadlineMs = day, onDeadline = "fail" }, key) => {
    const options = { ...(store === undefined ? {} : { store }), ...(webhook === undefined ? {} : { webhook }) }
    return Layer.effect(
      key,
      Effect.map(Reviews, (reviews) => makeHumanReview(reviews, { mode, deadlineMs, onDeadline })),
    ).pipe(Layer.provide(reviewsLayer({ ...options, workflows: true })))
  },
})
