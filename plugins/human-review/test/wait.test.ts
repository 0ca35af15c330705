import { afterAll, assert, it } from "@effect/vitest"
import { LlmError, textOf } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Reviews } from "../src/index.ts"
import { draft, elsewhere, generate, newStore, opened, type Options, refusal, removeStores, stack } from "./stubs.ts"

afterAll(removeStores)

type Queue = Reviews["Service"]

/** A call that waits, and a person in another process, who acts on its ticket. */
const reviewed = <A>(
  act: (reviews: Queue, id: string) => Effect.Effect<A, LlmError>,
  options: Options = {},
  answers: typeof draft | LlmError = draft,
) =>
  Effect.gen(function* () {
    const store = newStore()
    return yield* Effect.provide(
      Effect.gen(function* () {
        const call = yield* Effect.forkChild(Effect.result(generate()), { startImmediately: true })
        const act_ = (reviews: Queue) =>
          Effect.flatMap(opened(reviews), ({ id }) => Effect.map(act(reviews, id), (did) => [id, did] as const))
        const [id, did] = yield* elsewhere(store, act_)
        const decidedAt = yield* Clock.currentTimeMillis
        const result = yield* Fiber.join(call)
        return { id, did, result, store, ms: (yield* Clock.currentTimeMillis) - decidedAt }
      }),
      stack({ store, ...options }, answers),
    )
  })

it.live("approved: the answer as it is, with everything in it, within a second of another process's decision", () =>
  Effect.gen(function* () {
    const { id, result, ms } = yield* reviewed((reviews, ticket) => reviews.approve(ticket, { by: "ann" }))
    assert.strictEqual(result._tag, "Success")
    if (result._tag === "Failure") return
    assert.deepStrictEqual(result.success.content, draft.content)
    assert.deepStrictEqual(result.success.usage, draft.usage)
    assert.deepStrictEqual(
      result.success.route.decisions.filter(({ by }) => by === "human-review").map(({ what }) => what),
      [`ticket ${id} was opened`, `ticket ${id} was approved by ann`],
    )
    assert.isBelow(ms, 1000)
  }),
)

it.live("edited: the person's text, and the rest as it was", () =>
  Effect.gen(function* () {
    const { result } = yield* reviewed((reviews, id) => reviews.edit(id, { by: "ann", text: "better" }))
    if (result._tag === "Failure") return assert.fail(result.failure.message)
    assert.strictEqual(textOf(result.success.content), "better")
    assert.deepStrictEqual(
      result.success.content.map(({ type }) => type),
      ["text", "source", "file"],
    )
  }),
)

it.live("answered by hand, also where the model failed", () =>
  Effect.gen(function* () {
    const busy = LlmError.make({ _tag: "Overloaded", message: "no capacity for sk-abcdefghijklmnop" })
    const { result, store, id } = yield* reviewed(
      (reviews, ticket) =>
        Effect.gen(function* () {
          const { message } = yield* refusal(reviews.approve(ticket, { by: "ann" }))
          assert.match(message, /cannot be approved: the model gave no answer \(Overloaded\): answer it by hand/)
          return yield* reviews.answer(ticket, { by: "ann", text: "by hand" })
        }),
      {},
      busy,
    )
    if (result._tag === "Failure") return assert.fail(result.failure.message)
    assert.deepStrictEqual(
      [textOf(result.success.content), result.success.usage],
      ["by hand", { input: {}, output: {} }],
    )
    const ticket = yield* elsewhere(store, (reviews) => reviews.get(id))
    assert.deepInclude(ticket.subject.error, { reason: "Overloaded" })
    assert.notInclude(JSON.stringify(ticket), "sk-abc")
  }),
)

it.live("rejected: the call fails, and says who and why", () =>
  Effect.gen(function* () {
    const { result, id } = yield* reviewed((reviews, ticket) =>
      reviews.reject(ticket, { by: "bob", note: "it is wrong" }),
    )
    if (result._tag === "Success") return assert.fail("it was rejected")
    const { reason, message } = result.failure
    assert.deepStrictEqual([reason._tag, reason.recovery], ["OutputInvalid", "none"])
    assert.include(message, `bob rejected the answer: it is wrong (ticket ${id})`)
    if (reason._tag !== "OutputInvalid") return
    assert.deepStrictEqual(
      reason.verdicts[0]?.issues.map((issue) => issue.message),
      ["it is wrong", "not good enough"],
    )
  }),
)

it.live("the ticket holds the conversation, the verdict and the reason, and no secret", () =>
  Effect.gen(function* () {
    const { did: ticket } = yield* reviewed((reviews, id) =>
      Effect.tap(reviews.get(id), () => reviews.approve(id, { by: "ann" })),
    )
    assert.strictEqual(ticket.reason, "1 answer was rejected")
    assert.deepStrictEqual(ticket.subject.verdict?.issues[0]?.message, "not good enough")
    assert.deepStrictEqual(ticket.subject.candidate, { provider: "p", model: "m" })
    assert.deepInclude(ticket.subject.request, {
      messages: [
        { role: "system", content: "Be brief" },
        { role: "user", content: [{ type: "text", text: "my key is [redacted]" }] },
      ],
    })
    assert.notMatch(JSON.stringify(ticket), /topsecret|sk-abc|authorization/)
  }),
)

it.live("who cancels the call leaves the ticket open", () =>
  Effect.gen(function* () {
    const store = newStore()
    const ticket = yield* Effect.provide(
      Effect.gen(function* () {
        const call = yield* Effect.forkChild(generate(), { startImmediately: true })
        const { id } = yield* elsewhere(store, opened)
        yield* Fiber.interrupt(call)
        return yield* elsewhere(store, (reviews) => reviews.get(id))
      }),
      stack({ store }),
    )
    assert.strictEqual(ticket.status, "open")
  }),
)

it.live("the call's own deadline ends the wait with the ticket, which stays open", () =>
  Effect.gen(function* () {
    const store = newStore()
    const error = yield* Effect.flip(
      Effect.provide(generate({ policy: { validators: [{ type: "picky" }], deadline: 600 } }), stack({ store })),
    )
    assert.strictEqual(error.reason._tag, "HumanReviewRequired")
    if (error.reason._tag !== "HumanReviewRequired") return
    const { ticket = "" } = error.reason
    assert.strictEqual((yield* elsewhere(store, (reviews) => reviews.get(ticket))).status, "open")
  }),
)

it.live("ticket mode, of the plugin or of one call: the caller has the ticket at once, and polls", () =>
  Effect.gen(function* () {
    const store = newStore()
    const asked = [
      Effect.provide(generate(), stack({ store, mode: "ticket" })),
      Effect.provide(generate({ tags: { review: "ticket" } }), stack({ store })),
    ]
    for (const call of asked) {
      const { reason } = yield* Effect.flip(call)
      const ticket = reason._tag === "HumanReviewRequired" ? (reason.ticket ?? "") : ""
      yield* elsewhere(store, (reviews) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* reviews.poll(ticket), { status: "open" })
          yield* reviews.edit(ticket, { by: "ann", text: "better" })
          const answered = yield* reviews.poll(ticket)
          assert.strictEqual(answered.status === "answered" && textOf(answered.response.content), "better")
        }),
      )
    }
  }),
)

it.live("nobody decides: the default of the deadline", () =>
  Effect.gen(function* () {
    const outcome = (onDeadline: "approve" | "reject" | "fail", answers: typeof draft | LlmError = draft) =>
      Effect.result(Effect.provide(generate(), stack({ store: newStore(), deadlineMs: 150, onDeadline }, answers)))
    const busy = LlmError.make({ _tag: "Overloaded", message: "no capacity" })
    const [approved, rejected, failed, nothing] = yield* Effect.all(
      [outcome("approve"), outcome("reject"), outcome("fail"), outcome("approve", busy)],
      { concurrency: "unbounded" },
    )
    assert.strictEqual(approved._tag === "Success" && textOf(approved.success.content), "draft")
    assert.match(rejected._tag === "Failure" ? rejected.failure.message : "", /deadline rejected the answer: nobody/)
    assert.strictEqual(rejected._tag === "Failure" ? rejected.failure.reason.recovery : undefined, "none")
    for (const result of [failed, nothing]) {
      assert.strictEqual(result._tag === "Failure" && result.failure.reason._tag, "HumanReviewRequired")
    }
  }),
)
