import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, it } from "@effect/vitest"
import { contracts, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { humanReview, plugin } from "../src/index.ts"
import { elsewhere, generate, newStore, opened, type Options, refusal, removeStores, request, stack } from "./stubs.ts"

afterAll(removeStores)

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  const { name, kind, contract } = humanReview.manifest
  assert.deepStrictEqual([name, kind, contract], ["@switchyard/human-review", "escalation", contracts.escalation])
  assert.strictEqual(plugin, humanReview)
})

const wrong: ReadonlyArray<readonly [unknown, string]> = [
  [{ mode: "later" }, "mode"],
  [{ deadlineMs: 0 }, "deadlineMs"],
  [{ deadlineMs: 1e12 }, "deadlineMs"],
  [{ onDeadline: "shrug" }, "onDeadline"],
  [{ store: "" }, "store"],
  [{ webhook: { url: "ftp://x" } }, "url"],
  [{ webhook: { url: "http://x", timeoutMs: -1 } }, "timeoutMs"],
  [{ deadline: 5 }, "deadline"],
]

for (const [options, path] of wrong) {
  it.effect(`wrong options fail the stack with the path of the field: ${JSON.stringify(options)}`, () =>
    Effect.gen(function* () {
      const error = yield* refusal(Effect.provide(Effect.asVoid(Kernel), stack(options as Options)))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, path)
    }),
  )
}

it.live("a store that cannot be opened fails the stack, with its path", () =>
  Effect.gen(function* () {
    const file = newStore()
    writeFileSync(file, "not a database at all, but long enough to be taken for one ".repeat(20))
    const compose = (store: string) => refusal(Effect.provide(Effect.asVoid(Kernel), stack({ store })))
    assert.include((yield* compose(file)).message, `the store ${file} cannot be opened: file is not a database`)
    assert.include((yield* compose(join(file, "below"))).message, "cannot be opened")
  }),
)

it.live("a stream that is held is answered by a person as a whole call is", () =>
  Effect.gen(function* () {
    const store = newStore()
    const policy = { validators: [{ type: "picky" }], stream: "hold" } as const
    const held = Kernel.use((kernel) => Effect.map(Stream.runCollect(kernel.stream({ ...request, policy })), foldCall))
    const answered = Effect.gen(function* () {
      const call = yield* Effect.forkChild(held, { startImmediately: true })
      const { id } = yield* elsewhere(store, opened)
      yield* elsewhere(store, (reviews) => reviews.answer(id, { by: "ann", text: "by hand" }))
      return yield* Fiber.join(call)
    })
    assert.strictEqual(textOf((yield* Effect.provide(answered, stack({ store }))).content), "by hand")
  }),
)

it.live("two stacks on one store do not get in each other's way, and closing one leaves the other", () =>
  Effect.gen(function* () {
    const store = newStore()
    const one = Effect.provide(Effect.result(generate({ tags: { review: "ticket" } })), stack({ store }))
    const other = Effect.gen(function* () {
      const call = yield* Effect.forkChild(generate(), { startImmediately: true })
      const { id } = yield* elsewhere(store, opened)
      yield* one
      yield* elsewhere(store, (reviews) => reviews.approve(id, { by: "ann" }))
      return textOf((yield* Fiber.join(call)).content)
    })
    assert.strictEqual(yield* Effect.provide(other, stack({ store })), "draft")
    assert.lengthOf(yield* elsewhere(store, (reviews) => reviews.list({ status: "open" })), 1)
  }),
)
