import { afterAll, assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import { sqlLayer } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SqlClient } from "effect/sql/SqlClient"
import { Reviews, reviewsLayer } from "../src/index.ts"
import { listener, until } from "./listener.ts"
import { findPostgres } from "@switchyard/testkit/servers"
import { draft, elsewhere, generate, opened, refusal, stack } from "./stubs.ts"

const server = await findPostgres()
const name = "@switchyard/human-review"
const schema = `sy_reviews_${process.pid}`
const store = server?.url(schema) ?? ""

const admin = (statement: string) =>
  Effect.runPromise(
    Effect.provide(
      Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement)),
      sqlLayer({ url: server?.url("public") ?? "" }),
    ),
  )
if (server !== undefined) await admin(`CREATE SCHEMA ${schema}`)

describe.skipIf(server === undefined)("Postgres", () => {
  afterAll(async () => {
    await admin(`DROP SCHEMA ${schema} CASCADE`)
    server?.stop()
  })

  it.live("a call waits on one node, and a person decides on another", () =>
    Effect.gen(function* () {
      const call = yield* Effect.forkChild(Effect.provide(generate(), stack({ store })), { startImmediately: true })
      const ticket = yield* elsewhere(store, opened)
      yield* elsewhere(store, (reviews) => reviews.edit(ticket.id, { by: "ann", text: "better" }))
      assert.strictEqual(textOf((yield* Fiber.join(call)).content), "better")
      const late = yield* refusal(elsewhere(store, (reviews) => reviews.approve(ticket.id, { by: "bob" })))
      assert.include(late.message, "is decided already: edited by ann")
      assert.notInclude(late.message, "postgres://")
      const unbounded = yield* refusal(elsewhere(store, (reviews) => reviews.list({ limit: -1 })))
      assert.deepInclude(unbounded.reason, { _tag: "InvalidRequest", field: "limit" })
    }),
  )

  it.live("two nodes share the workflows: webhooks are told, and deadlines are kept once", () =>
    Effect.gen(function* () {
      const { posted, url } = yield* listener
      const node = reviewsLayer({ store, webhook: { url }, workflows: true })
      const other = Effect.provide(
        Effect.andThen(Reviews, Effect.never),
        reviewsLayer({ store, webhook: { url }, workflows: true }),
      )
      const running = yield* Effect.forkChild(other)
      const subject = { request: {}, answer: draft, candidate: { provider: "p", model: "m" }, call: "c", tags: {} }
      const told = () => new Set(posted.map(({ ticket, event, by }) => `${ticket} ${event} ${by ?? ""}`))
      const asked = Effect.flatMap(Reviews, (reviews) =>
        Effect.gen(function* () {
          const tickets = yield* Effect.forEach([1, 2, 3, 4], () =>
            reviews.open({ reason: "r", subject, deadlineMs: 500, onDeadline: "approve" }),
          )
          const expected = tickets.flatMap(({ id }) => [`${id} review.opened `, `${id} review.decided deadline`])
          yield* until("all are told of, and decided by the deadline", () => expected.every((post) => told().has(post)))
          return yield* Effect.forEach(tickets, ({ id }) => reviews.audit(id))
        }),
      )
      const audits = yield* Effect.provide(asked, node)
      yield* Fiber.interrupt(running)
      for (const entries of audits)
        assert.deepStrictEqual(
          entries.map(({ by }) => by),
          [name, "deadline"],
        )
    }).pipe(Effect.scoped),
  )
})
