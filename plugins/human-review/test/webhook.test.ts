import { afterAll, assert, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { listener, until } from "./listener.ts"
import { elsewhere, generate, newStore, opened, type Options, removeStores, stack } from "./stubs.ts"

afterAll(removeStores)

/** What a call says that waits until `ann` approves, after `meanwhile`, and what was logged. */
const approved = (
  webhook: NonNullable<Options["webhook"]>,
  meanwhile: (logged: ReadonlyArray<string>) => Effect.Effect<unknown>,
) =>
  Effect.gen(function* () {
    const store = newStore()
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => void logged.push(String(message)))
    const run = Effect.gen(function* () {
      const call = yield* Effect.forkChild(generate(), { startImmediately: true })
      const ticket = yield* elsewhere(store, opened)
      yield* meanwhile(logged)
      yield* elsewhere(store, (reviews) => reviews.approve(ticket.id, { by: "ann" }))
      return { ticket, text: textOf((yield* Fiber.join(call)).content), logged }
    })
    return yield* Effect.provide(run, Layer.provideMerge(stack({ store, webhook }), Logger.layer([logger])))
  })

it.live("it tells that there is a ticket, with its own headers, and nothing of the conversation", () =>
  Effect.gen(function* () {
    const { url, posted, headers, statuses } = yield* listener
    statuses.push(503)
    const { ticket } = yield* approved({ url, headers: { authorization: "Bearer hook" } }, () =>
      until("the ticket", () => posted.length === 1).pipe(Effect.orDie),
    )
    const { createdAt, deadlineAt, ...post } = posted[0] ?? { event: "", ticket: "", status: "" }
    assert.deepStrictEqual(post, {
      event: "review.opened",
      ticket: ticket.id,
      status: "open",
      reason: "1 answer was rejected",
      model: "p/m",
    })
    assert.deepStrictEqual(
      [createdAt, deadlineAt],
      [ticket.createdAt, ticket.deadlineAt].map((at) => new Date(at).toISOString()),
    )
    // The first try was answered with 503, so it was sent again, as the same thing.
    assert.deepStrictEqual(
      headers.slice(0, 2).map((sent) => [sent.authorization, sent["webhook-id"]]),
      Array.from({ length: 2 }, () => ["Bearer hook", `${ticket.id}/review.opened`]),
    )
  }).pipe(Effect.scoped),
)

it.live("one that is down, or silent, is warned of once, without its token, and no call fails of it", () =>
  Effect.gen(function* () {
    const { url, statuses } = yield* listener
    statuses.push(0, 0, 0)
    const port = new URL(url).port
    const { text, logged } = yield* approved({ url, timeoutMs: 50 }, (lines) =>
      until("a warning", () => lines.length > 0).pipe(Effect.orDie),
    )
    assert.strictEqual(text, "draft")
    assert.deepStrictEqual(logged, [
      `@switchyard/human-review cannot reach the webhook at 127.0.0.1:${port}: no answer within 50 ms. Reviews go on`,
    ])
  }).pipe(Effect.scoped),
)
