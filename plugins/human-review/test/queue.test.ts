import { afterAll, assert, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { type NewTicket, Reviews, reviewsLayer } from "../src/index.ts"
import { draft, elsewhere, newStore, refusal, removeStores } from "./stubs.ts"

afterAll(removeStores)

type Queue = Reviews["Service"]

const draftTicket = (more: Partial<NewTicket> = {}): NewTicket => ({
  reason: "2 answers were rejected",
  subject: { request: { messages: [] }, answer: draft, candidate: { provider: "p", model: "m" }, call: "c", tags: {} },
  deadlineMs: 60_000,
  onDeadline: "fail",
  ...more,
})

const queue = <A>(use: (reviews: Queue) => Effect.Effect<A, LlmError>) =>
  Effect.provide(Effect.flatMap(Reviews, use), reviewsLayer({ store: ":memory:" }))

it.effect("a ticket that is decided is told so, by whom and when, whatever is tried", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      const { id } = yield* reviews.open(draftTicket())
      yield* TestClock.adjust("1 second")
      const decided = yield* reviews.approve(id, { by: " ann ", note: "fine" })
      assert.deepStrictEqual(decided.decision, { by: "ann", at: 1000, note: "fine" })
      const bob = { by: "bob", text: "x" }
      const again = [reviews.approve(id, bob), reviews.edit(id, bob), reviews.reject(id, bob), reviews.answer(id, bob)]
      for (const late of again) {
        const error = yield* refusal(late)
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "ticket" })
        assert.include(error.message, `ticket ${id} is decided already: approved by ann at 1970-01-01T00:00:01.000Z`)
      }
      assert.deepStrictEqual(yield* reviews.audit(id), [
        { ticket: id, at: 0, by: "@switchyard/human-review", action: "opened", note: "2 answers were rejected" },
        { ticket: id, at: 1000, by: "ann", action: "approved", note: "fine" },
      ])
    }),
  ),
)

it.effect("a ticket that is not there, and a decision of nobody, are refused", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      const by = { by: "ann", text: "x" }
      const tries = [
        reviews.get("nope"),
        reviews.approve("nope", by),
        reviews.audit("nope"),
        reviews.poll("nope"),
        reviews.wait("nope"),
      ]
      for (const tried of tries) assert.include((yield* refusal<unknown>(tried)).message, "there is no ticket nope")
      const { id } = yield* reviews.open(draftTicket())
      for (const nobody of ["  ", "deadline"]) {
        const error = yield* refusal(reviews.answer(id, { by: nobody, text: "x" }))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "by" })
      }
      assert.strictEqual((yield* reviews.get(id)).status, "open")
    }),
  ),
)

it.effect("the newest come first, by status and up to a limit", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      const ids: Array<string> = []
      for (let n = 0; n < 4; n++) {
        ids.unshift((yield* reviews.open(draftTicket())).id)
        yield* TestClock.adjust("1 second")
      }
      yield* reviews.reject(ids[1] ?? "", { by: "ann" })
      const listed = (filter?: Parameters<Queue["list"]>[0]) =>
        Effect.map(reviews.list(filter), (tickets) => tickets.map(({ id }) => id))
      assert.deepStrictEqual(yield* listed(), ids)
      assert.deepStrictEqual(yield* listed({ status: "open" }), [ids[0], ids[2], ids[3]])
      assert.deepStrictEqual(yield* listed({ status: "rejected" }), [ids[1]])
      assert.deepStrictEqual(yield* listed({ limit: 1 }), [ids[0]])
    }),
  ),
)

it.effect("deadlines hold for whoever looks, to the millisecond, and a late decision is refused", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      const { id } = yield* reviews.open(draftTicket({ deadlineMs: 1000, onDeadline: "approve" }))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual((yield* reviews.get(id)).status, "open")
      yield* TestClock.adjust("1 millis")
      const { message } = yield* refusal(reviews.reject(id, { by: "ann" }))
      assert.include(message, "decided already: approved by deadline")
    }),
  ),
)

it.effect("who waits is told at once in the same process, and by the deadline where nobody decides", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      const { id } = yield* reviews.open(draftTicket())
      const waiting = yield* Effect.forkChild(reviews.wait(id), { startImmediately: true })
      yield* reviews.approve(id, { by: "ann" })
      assert.deepStrictEqual((yield* Fiber.join(waiting)).content, draft.content)
      const late = yield* reviews.open(draftTicket({ deadlineMs: 1000 }))
      const lost = yield* Effect.forkChild(refusal(reviews.wait(late.id)), { startImmediately: true })
      yield* TestClock.adjust("1250 millis")
      assert.deepInclude((yield* Fiber.join(lost)).reason, { _tag: "HumanReviewRequired", ticket: late.id })
    }),
  ),
)

it.live("of many who decide at once, in two processes' queues, exactly one wins", () =>
  Effect.gen(function* () {
    const store = newStore()
    const { id } = yield* elsewhere(store, (reviews) => reviews.open(draftTicket()))
    const names = Array.from({ length: 20 }, (_, n) => `person ${n}`)
    const results = yield* elsewhere(store, (one) =>
      elsewhere(store, (two) =>
        Effect.forEach(names, (by, n) => Effect.result((n % 2 === 0 ? one : two).answer(id, { by, text: by })), {
          concurrency: "unbounded",
        }),
      ),
    )
    const won = results.flatMap((result) => (result._tag === "Success" ? [result.success.decision?.by] : []))
    assert.lengthOf(won, 1)
    const entries = yield* elsewhere(store, (reviews) => reviews.audit(id))
    assert.deepStrictEqual(
      entries.map(({ action, by }) => [action, by]),
      [
        ["opened", "@switchyard/human-review"],
        ["answered", won[0]],
      ],
    )
    for (const result of results) {
      if (result._tag === "Failure") assert.include(result.failure.message, `answered by ${won[0]}`)
    }
  }),
)

it.effect("a list with a limit that is no whole number above 0 is refused", () =>
  queue((reviews) =>
    Effect.gen(function* () {
      yield* reviews.open(draftTicket())
      for (const limit of [Number.NaN, -1, 0, 1.5, Number.POSITIVE_INFINITY]) {
        const error = yield* refusal(reviews.list({ limit }))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "limit" })
        assert.include(error.message, `a whole number above 0, and is ${limit}`)
      }
      assert.lengthOf(yield* reviews.list({ limit: 1 }), 1)
    }),
  ),
)
