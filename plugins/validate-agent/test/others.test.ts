import { assert, describe, it } from "@effect/vitest"
import type { RecordedRequest } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { ruling, run, said } from "./stack.ts"

const positions = (request: RecordedRequest): { readonly mine: "first" | "second" } => ({
  mine: said(request).indexOf("MINE") < said(request).indexOf("THEIRS") ? "first" : "second",
})

describe("pairwise", () => {
  const scene = { validator: "pairwise", params: { against: "THEIRS" }, answer: "MINE" }
  const preferring = (choose: (mine: "first" | "second") => string) => (request: RecordedRequest) =>
    ruling({ winner: choose(positions(request).mine), reason: "so" })(request)

  it.live("asks in both orders, and takes what both agree on", () =>
    Effect.gen(function* () {
      const won = yield* run({ ...scene, judge: preferring((mine) => mine) })
      assert.deepStrictEqual(won.verdict, { ok: true, score: 1, issues: [] })
      assert.deepStrictEqual(won.asked.map((request) => positions(request).mine).sort(), ["first", "second"])
      const lost = yield* run({ ...scene, judge: preferring((mine) => (mine === "first" ? "second" : "first")) })
      assert.deepStrictEqual([lost.verdict.ok, lost.verdict.score], [false, 0])
      assert.match(lost.verdict.issues[0]!.message, /worse in both orders.*so/)
    }),
  )

  for (const biased of ["first", "second"]) {
    it.live(`a judge that always prefers the ${biased} has not decided anything`, () =>
      Effect.gen(function* () {
        const { verdict } = yield* run({ ...scene, judge: preferring(() => biased) })
        assert.deepStrictEqual([verdict.ok, verdict.score], [false, 0.5])
        const params = { ...scene.params, tie: "pass" }
        const allowed = yield* run({ ...scene, params, judge: preferring(() => biased) })
        assert.deepStrictEqual([allowed.verdict.ok, allowed.verdict.score], [true, 0.5])
      }),
    )
  }

  it.live("one order without a verdict makes it unknown, also where ties pass", () =>
    Effect.gen(function* () {
      const { verdict, asked } = yield* run({
        ...scene,
        params: { ...scene.params, tie: "pass" },
        judge: (request) => (positions(request).mine === "first" ? ruling({ winner: "first" })(request) : "hm"),
      })
      assert.match(verdict.issues[0]!.message, /unknown/)
      assert.deepStrictEqual([verdict.ok, asked.length], [false, 3])
    }),
  )
})

describe("contradiction", () => {
  const sources = ["The bridge opened in 1932.", "It is 503 m long."]
  const scene = { validator: "contradiction", params: { sources }, answer: "It opened in 1923 and is 503 m long." }
  const finding = {
    problem: "the year is wrong",
    quote: "opened in 1923",
    source: 1,
    source_quote: "opened in 1932",
    suggestion: null,
  }

  it.live("shows all sources and names what does not fit, with its place", () =>
    Effect.gen(function* () {
      const { verdict, asked } = yield* run({ ...scene, judge: ruling({ contradictions: [finding] }) })
      for (const source of sources) assert.include(said(asked[0]!), source)
      assert.deepStrictEqual(verdict, {
        ok: false,
        score: 0,
        issues: [
          {
            validator: "contradiction",
            message: 'the year is wrong (source 1 says: "opened in 1932")',
            start: 3,
            end: 17,
            suggestion: 'Say what source 1 says: "opened in 1932"',
          },
        ],
      })
    }),
  )

  it.live("no contradiction is a pass; claims that are not in the sources only where they are allowed", () =>
    Effect.gen(function* () {
      const judge = ruling({ contradictions: [], unsupported: [{ problem: "length", quote: "503 m" }] })
      const loose = yield* run({ ...scene, judge })
      assert.deepStrictEqual(loose.verdict, { ok: true, score: 1, issues: [] })
      const strict = yield* run({ ...scene, params: { sources, unsupported: "fail" }, judge })
      assert.deepStrictEqual([strict.verdict.ok, strict.verdict.score], [false, 0.5])
      assert.strictEqual(strict.verdict.issues[0]!.message, "not in the sources: length")
    }),
  )

  it.live("the passages of the question are its sources", () =>
    Effect.gen(function* () {
      const passage = {
        type: "file",
        mediaType: "text/plain",
        source: { type: "text", text: sources[0] ?? "" },
      } as const
      const content = [{ type: "text", text: "When?" } as const, passage]
      const { asked } = yield* run({
        ...scene,
        params: {},
        request: { prompt: undefined, messages: [{ role: "user", content }] },
        judge: ruling({ contradictions: [] }),
      })
      assert.include(said(asked[0]!), "The bridge opened in 1932.")
    }),
  )

  it.live("without sources there is no verdict, and nobody is asked", () =>
    Effect.gen(function* () {
      const { verdict, asked } = yield* run({ ...scene, params: {}, judge: ruling({ contradictions: [] }) })
      assert.match(verdict.issues[0]!.message, /unknown.*no sources/)
      assert.strictEqual(asked.length, 0)
    }),
  )

  it.live("a finding that says nothing is nonsense", () =>
    Effect.gen(function* () {
      const { verdict, asked } = yield* run({ ...scene, judge: ruling({ contradictions: [{}] }) })
      assert.match(verdict.issues[0]!.message, /unknown/)
      assert.strictEqual(asked.length, 2)
    }),
  )
})

describe("self_consistency", () => {
  /** The answer under test, then what the samples say, in order. */
  const scene = (answer: string, samples: ReadonlyArray<string>, params: object = {}) => ({
    validator: "self_consistency",
    params: { samples: samples.length, ...params },
    answer: (_: RecordedRequest, index: number) => (index === 0 ? answer : (samples[index - 1] ?? "")),
    judge: "",
  })

  it.live("asks the same question again and takes the majority", () =>
    Effect.gen(function* () {
      const { verdict, requests } = yield* run(scene("**42**", ["42.", "42", "41", " 42 ", "6 * 7"]))
      assert.deepStrictEqual(verdict, { ok: true, score: 0.6, issues: [] })
      assert.strictEqual(requests.length, 6)
      assert.strictEqual(new Set(requests.map(({ rawBody }) => rawBody)).size, 1)
    }),
  )

  it.live("an answer that most samples do not give is refused", () =>
    Effect.gen(function* () {
      const { verdict } = yield* run(scene("41", ["42", "42", "41"]))
      assert.strictEqual(verdict.ok, false)
      assert.strictEqual(Math.round(verdict.score * 3), 1)
      assert.match(verdict.issues[0]!.message, /67% of 3 samples .* something else: 42/)
    }),
  )

  it.live("a tie is unknown, whichever side the answer is on", () =>
    Effect.gen(function* () {
      for (const answer of ["a", "b"]) {
        const { verdict } = yield* run(scene(answer, ["a", "b", "a", "b"]))
        assert.match(verdict.issues[0]!.message, /unknown.*tie, at 50%/)
      }
      const all = yield* run(scene("a", ["a", "b", "c"]))
      assert.match(all.verdict.issues[0]!.message, /unknown.*tie/)
    }),
  )

  it.live("JSON is the same however it is written", () =>
    Effect.gen(function* () {
      const { verdict } = yield* run(
        scene('{"b":2,"a":[1]}', ['```json\n{"a":[1],"b":2}\n```', '{ "a": [ 1 ], "b": 2 }', '{"a":[2],"b":2}']),
      )
      assert.strictEqual(verdict.ok, true)
    }),
  )

  it.live("a field, or the last number, can be all that counts", () =>
    Effect.gen(function* () {
      const field = yield* run(
        scene('{"x":{"n":1},"why":"a"}', ['{"x":{"n":1},"why":"b"}', '{"x":{"n":1}}', '{"x":{"n":2}}'], {
          field: "x.n",
        }),
      )
      assert.strictEqual(field.verdict.ok, true)
      const number = yield* run(
        scene("So 1,200 in all.", ["It is 1200.", "First 3, then 1200", "12"], { compare: "number" }),
      )
      assert.strictEqual(number.verdict.ok, true)
    }),
  )

  it.live("samples that cannot be used leave it unknown", () =>
    Effect.gen(function* () {
      const { verdict } = yield* run(scene("42", ["42", "none", "nothing", "nil"], { compare: "number" }))
      assert.match(verdict.issues[0]!.message, /unknown.*only 1 of 4 samples/)
    }),
  )
})
