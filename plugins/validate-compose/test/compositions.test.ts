import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { judge, of, one } from "./stubs.ts"

const ids = ({ issues }: { readonly issues: ReadonlyArray<{ readonly validator: string }> }) =>
  issues.map(({ validator }) => validator)

describe("all", () => {
  it.effect("is good when each is; asks all and keeps every issue; the lowest score counts", () =>
    Effect.gen(function* () {
      const good = yield* judge("all", of(one("yes", "a", { score: 0.8 }), "yes")).verdict
      assert.deepStrictEqual([good.ok, good.score, ids(good)], [true, 0.8, ["a"]])
      const { verdict, asked } = judge("all", of(one("no", "a"), one("yes", "b"), one("no", "c", { score: 0.4 })))
      const bad = yield* verdict
      assert.deepStrictEqual([bad.ok, bad.score, ids(bad), asked], [false, 0, ["a", "c"], ["a", "b", "c"]])
    }),
  )

  it.effect("a member that is not required is advice; the last repair replaces the answer", () =>
    Effect.gen(function* () {
      const advised = yield* judge("all", of(one("no", "a", { required: false }), "yes")).verdict
      assert.deepStrictEqual([advised.ok, advised.score, ids(advised)], [true, 1, ["a"]])
      const repaired = yield* judge("all", of(one("repairs", "a"), one("repairs", "b"), "yes")).verdict
      assert.deepStrictEqual([repaired.text, repaired.score], ["by b", 0.9])
    }),
  )

  it.effect("concurrent members are told in the order of the list", () =>
    Effect.gen(function* () {
      const members = Array.from({ length: 20 }, (_, index) => one("no", `v${index}`))
      const bad = yield* judge("all", { of: members, concurrency: 8 }).verdict
      assert.deepStrictEqual(
        ids(bad),
        members.map(({ params }) => params.id),
      )
    }),
  )
})

describe("any", () => {
  it.effect("stops at the first that says so, and keeps the issues of those before", () =>
    Effect.gen(function* () {
      const { verdict, asked } = judge("any", of(one("no", "a"), one("repairs", "b"), one("yes", "c")))
      const good = yield* verdict
      assert.deepStrictEqual([good.ok, good.score, ids(good), asked], [true, 0.9, ["a"], ["a", "b"]])
      assert.strictEqual(good.text, "by b")
    }),
  )

  it.effect("is not good when too few do, and stops when too few are left", () =>
    Effect.gen(function* () {
      const bad = yield* judge("any", of(one("no", "a", { score: 0.2 }), one("no", "b", { score: 0.6 }))).verdict
      assert.deepStrictEqual([bad.ok, bad.score, ids(bad)], [false, 0.6, ["a", "b"]])
      const { verdict, asked } = judge("any", { min: 2, of: [one("no", "a"), one("no", "b"), one("yes", "c")] })
      assert.isFalse((yield* verdict).ok)
      assert.deepStrictEqual(asked, ["a", "b"])
      assert.isTrue((yield* judge("any", { min: 2, of: ["yes", "no", "yes"] }).verdict).ok)
    }),
  )
})

describe("weighted", () => {
  it.effect("takes the mean by weight against the threshold", () =>
    Effect.gen(function* () {
      const members = [one("yes", "a", { weight: 3 }), one("no", "b", { score: 0.2 })]
      const good = yield* judge("weighted", { of: members }).verdict
      assert.deepStrictEqual([good.ok, good.score.toFixed(6), ids(good)], [true, "0.800000", ["b"]])
      const bad = yield* judge("weighted", { of: members, threshold: 0.9, name: "style" }).verdict
      assert.deepStrictEqual([bad.ok, ids(bad)], [false, ["b", "style"]])
      assert.strictEqual(bad.issues[1]?.message, "the weighted score is 0.80, below 0.9")
    }),
  )

  it.effect("a required member's rejection is final, and a mean of tenths does not fail by rounding", () =>
    Effect.gen(function* () {
      const final = yield* judge("weighted", {
        of: [one("yes", "a", { weight: 99 }), one("no", "b", { required: true })],
      }).verdict
      assert.deepStrictEqual([final.ok, ids(final)], [false, ["b"]])
      const tenths = [0.7, 0.7, 0.7].map((score, index) => one("yes", `v${index}`, { score }))
      assert.isTrue((yield* judge("weighted", { of: tenths, threshold: 0.7 }).verdict).ok)
    }),
  )
})

describe("staged", () => {
  it.effect("does not ask the expensive one when a cheap one rejected, and says so in the route", () =>
    Effect.gen(function* () {
      const { verdict, asked } = judge("staged", of(one("yes", "a"), one("no", "b"), one("yes", "judge")))
      const bad = yield* verdict
      assert.deepStrictEqual([bad.ok, ids(bad), asked], [false, ["b"], ["a", "b"]])
    }),
  )

  it.effect("cheaper ones go first, whatever the list says", () =>
    Effect.gen(function* () {
      const members = [one("yes", "judge", { cost: 5 }), one("yes", "b", { cost: 1 }), one("yes", "a")]
      const { verdict, asked } = judge("staged", { of: members })
      assert.isTrue((yield* verdict).ok)
      assert.deepStrictEqual(asked, ["a", "b", "judge"])
    }),
  )

  it.effect("one that is sure enough settles it; advice never ends it", () =>
    Effect.gen(function* () {
      const members = [one("no", "advice", { required: false }), one("yes", "b", { score: 0.95 }), one("no", "judge")]
      const { verdict, asked } = judge("staged", { of: members, sure_at: 0.9 })
      const good = yield* verdict
      assert.deepStrictEqual([good.ok, good.score, ids(good), asked], [true, 0.95, ["advice", "b"], ["advice", "b"]])
      assert.deepStrictEqual(good.decisions, ['"yes" was sure, so these were not asked: no'])
    }),
  )
})

describe("not", () => {
  it.effect("turns a verdict round, with the words that the model is told", () =>
    Effect.gen(function* () {
      const good = yield* judge("not", of(one("no", "a"))).verdict
      assert.deepStrictEqual([good.ok, good.score, good.issues], [true, 1, []])
      const bad = yield* judge("not", { of: "yes", message: "It must not be so.", suggestion: "Do otherwise." }).verdict
      assert.deepStrictEqual(bad.issues, [
        { validator: "not", message: "It must not be so.", suggestion: "Do otherwise." },
      ])
      assert.strictEqual(
        (yield* judge("not", of("yes")).verdict).issues[0]?.message,
        'the answer passes "yes", which it must not',
      )
    }),
  )
})

describe("nesting", () => {
  it.effect("compositions are members of compositions, and escalation rules see the inner names", () =>
    Effect.gen(function* () {
      const inner = { type: "any", params: of(one("no", "a"), { type: "not", params: of(one("no", "b")) }) }
      const outer = { validators: [inner, { type: "staged", params: of(one("yes", "c"), one("no", "d")) }] }
      const { verdict, asked } = judge("all", outer)
      const bad = yield* verdict
      assert.deepStrictEqual([bad.ok, ids(bad), asked], [false, ["a", "d"], ["a", "b", "c", "d"]])
    }),
  )
})

describe("repairs", () => {
  for (const type of ["all", "staged", "weighted"]) {
    it.effect(`each member of ${type} judges what those before it made of the answer`, () =>
      Effect.gen(function* () {
        const spoiled = { of: [one("repairs", "a"), one("same", "b", { required: true })] }
        const bad = yield* judge(type, spoiled).verdict
        assert.deepStrictEqual([bad.ok, bad.issues[0]?.message], [false, "b saw by a"])
        const good = yield* judge(type, { of: [one("same", "b"), one("repairs", "a")] }).verdict
        assert.deepStrictEqual([good.ok, good.text], [true, "by a"])
      }),
    )
  }

  it.effect("several at once come to the same verdict as one after the other", () =>
    Effect.gen(function* () {
      const lists = [
        [one("same", "a"), one("repairs", "b"), one("same", "c"), one("yes", "d")],
        [one("repairs", "a"), one("repairs", "b"), "yes"],
        [one("repairs", "a", { required: false }), one("same", "b")],
        [one("same", "a"), one("yes", "b"), one("repairs", "c")],
      ]
      for (const list of lists) {
        const single = yield* judge("all", { of: list }).verdict
        assert.deepStrictEqual(yield* judge("all", { of: list, concurrency: 4 }).verdict, single)
      }
      const { verdict, asked } = judge("all", { of: lists[0], concurrency: 4 })
      assert.deepStrictEqual(ids(yield* verdict), ["c"])
      assert.deepStrictEqual(asked, ["a", "b", "c", "d", "c", "d"])
    }),
  )

  it.effect("those of advice do not count, and in `any` an alternative sees those of members that accepted", () =>
    Effect.gen(function* () {
      const advised = yield* judge("all", of(one("repairs", "a", { required: false }), "same")).verdict
      assert.deepStrictEqual([advised.ok, advised.text], [true, "answer"])
      const either = yield* judge("any", { min: 2, of: [one("repairs", "a"), one("same", "b")] }).verdict
      assert.deepStrictEqual([either.ok, either.issues[0]?.message], [false, "b saw by a"])
    }),
  )
})

describe("a member that cannot tell", () => {
  const told = (type: string, params: object) =>
    Effect.map(judge(type, params).verdict, ({ ok, undecided }) => (ok ? "yes" : undecided === true ? "untold" : "no"))

  it.effect("is no pass, and its opposite is none either", () =>
    Effect.gen(function* () {
      const bad = yield* judge("not", of(one("untold", "a"))).verdict
      assert.deepStrictEqual([bad.ok, bad.undecided, bad.score, ids(bad)], [false, true, 0, ["a"]])
      for (const type of ["all", "staged", "any", "weighted"]) {
        assert.strictEqual(yield* told(type, of("untold")), "untold", type)
        assert.strictEqual(yield* told("not", of({ type, params: of("untold") })), "untold", type)
      }
    }),
  )

  it.effect("beside others: a rejection decides, and so does an acceptance that is enough", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* told("all", of("untold", "no")), "no")
      assert.strictEqual(yield* told("all", of("untold", "yes")), "untold")
      assert.strictEqual(yield* told("staged", of("no", "untold")), "no")
      assert.strictEqual(yield* told("staged", of("untold", "no")), "untold")
      assert.strictEqual(yield* told("any", of("untold", "yes")), "yes")
      assert.strictEqual(yield* told("any", of("untold", "no")), "untold")
      assert.strictEqual(yield* told("any", { min: 2, of: ["yes", "untold", "no"] }), "untold")
      assert.strictEqual(yield* told("any", { min: 2, of: ["yes", "no", "no"] }), "no")
      assert.strictEqual(yield* told("all", of(one("untold", "a", { required: false }), "yes")), "yes")
    }),
  )

  it.effect("counts as 0 in a weighted score, whatever score it has, and may leave it undecided", () =>
    Effect.gen(function* () {
      const untold = one("untold", "a", { score: 1 })
      const half = yield* judge("weighted", of(untold, "yes")).verdict
      assert.deepStrictEqual([half.ok, half.undecided, half.score], [false, true, 0.5])
      assert.strictEqual(yield* told("weighted", { of: [untold, "yes"], threshold: 0.5 }), "yes")
      assert.strictEqual(yield* told("weighted", of(untold, "no", "no")), "no")
      assert.strictEqual(yield* told("weighted", of(untold, one("no", "b", { required: true }))), "no")
      const last = one("untold", "b", { required: true })
      assert.strictEqual(yield* told("weighted", { of: ["yes", last], threshold: 0.5 }), "untold")
    }),
  )

  it.effect("ends `staged`, and the route says why", () =>
    Effect.gen(function* () {
      const { decisions } = yield* judge("staged", of("untold", "yes")).verdict
      assert.deepStrictEqual(decisions, ['"untold" could not tell, so these were not asked: yes'])
    }),
  )
})
