import { renameSync, rmSync, utimesSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { embeddingText, makeExactStore, type VectorStore } from "@switchyard/rag"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as FastCheck from "fast-check"
import { folderSource } from "../src/index.ts"
import { contentOf, countingEmbedder, embedder, freshIndexOf, index, temporaryFolder, write } from "./indexing.ts"

const names = ["a.md", "b.txt", "c/d.md", "c/e.csv", "f.html", "g.json"]
const pieces = [
  "# One\n\n",
  "## Two\n\n",
  "First text.\n\n",
  "Second text.\n\n",
  "a,b\n1,2\n",
  "<p>page</p>\n",
  '{"k": [1, 2]}\n',
  "",
]
const file = FastCheck.constantFrom(...names)
const content = FastCheck.array(FastCheck.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(""))

type Edit =
  | { readonly kind: "write"; readonly file: string; readonly content: string }
  | { readonly kind: "delete" | "touch"; readonly file: string }
  | { readonly kind: "rename"; readonly file: string; readonly to: string }

const edits = FastCheck.array(
  FastCheck.oneof(
    FastCheck.record({ kind: FastCheck.constant("write" as const), file, content }),
    FastCheck.record({ kind: FastCheck.constantFrom("delete" as const, "touch" as const), file }),
    FastCheck.record({ kind: FastCheck.constant("rename" as const), file, to: file }),
  ),
  { minLength: 1, maxLength: 6 },
)

/** Times of files that are sure to differ, however fast edits follow each other. */
let time = 1_000_000
const marked = (path: string): void => utimesSync(path, ++time, time)

const apply = (folder: string, edit: Edit): void => {
  const path = `${folder}/${edit.file}`
  try {
    if (edit.kind === "write") write(folder, { [edit.file]: edit.content })
    if (edit.kind === "delete") rmSync(path)
    if (edit.kind === "rename") renameSync(path, `${folder}/${edit.to}`)
    if (edit.kind === "rename") marked(`${folder}/${edit.to}`)
    else if (edit.kind !== "delete") marked(path)
  } catch {
    // There is no such file now: no edit.
  }
}

/** The texts of each document, as they are embedded. */
const textsOf = Effect.fnUntraced(function* (store: VectorStore) {
  const texts = new Map<unknown, Set<string>>()
  yield* Stream.runForEach(store.records(), ({ text = "", metadata, payload }) =>
    Effect.sync(() => {
      const context = payload !== null && typeof payload === "object" && "context" in payload ? payload["context"] : ""
      const of = texts.get(metadata?.["documentId"]) ?? new Set()
      texts.set(metadata?.["documentId"], of.add(embeddingText({ text, context: String(context ?? "") })))
    }),
  )
  return texts
})

const newTexts = (before: ReadonlyMap<unknown, Set<string>>, after: ReadonlyMap<unknown, Set<string>>): number =>
  [...after].reduce(
    (sum, [id, texts]) => sum + [...texts].filter((text) => before.get(id)?.has(text) !== true).length,
    0,
  )

const rounds = FastCheck.array(edits, { minLength: 1, maxLength: 5 })
const runs = { numRuns: 40 }

/** Runs a property on the services of the test. */
const holds = <A>(values: FastCheck.Arbitrary<A>, property: (value: A) => Effect.Effect<void, unknown>) =>
  Effect.promise(() =>
    FastCheck.assert(
      FastCheck.asyncProperty(values, (value) => Effect.runPromise(property(value))),
      runs,
    ),
  )

describe("an index after any edits", () => {
  for (const trusted of [true, false]) {
    const files = trusted ? "known by their fingerprints" : "too young for fingerprints"
    it.live(`equals a fresh one, and embeds only what is new: files ${files}`, () =>
      holds(rounds, (given) =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const source = folderSource(folder, { id: "docs" })
          const store = yield* makeExactStore()
          for (const round of given) {
            for (const edit of round) apply(folder, edit)
            const before = yield* textsOf(store)
            const counting = countingEmbedder()
            const clock = trusted ? TestClock.setTime(Date.now() + 60_000) : TestClock.setTime(Date.now())
            yield* clock
            const report = yield* index(source, store, { embedder: counting, allowEmpty: true })
            assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
            assert.isAtMost(counting.texts.length, newTexts(before, yield* textsOf(store)))
            assert.strictEqual(report.embedded, counting.texts.length)
            assert.strictEqual(report.chunks, yield* store.count())
          }
        }).pipe(Effect.scoped, Effect.provide(TestClock.layer())),
      ),
    )
  }

  it.live("equals a fresh one when runs before it were interrupted anywhere", () =>
    holds(FastCheck.array(FastCheck.tuple(edits, FastCheck.nat(12)), { minLength: 2, maxLength: 6 }), (given) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const source = folderSource(folder, { id: "docs" })
        const store = yield* makeExactStore()
        for (const [round, steps] of given) {
          for (const edit of round) apply(folder, edit)
          yield* interruptedAfter(steps, (step) =>
            index(source, stepping(store, step), {
              allowEmpty: true,
              embedder: { ...embedder, maxBatch: 1, embed: (texts) => Effect.andThen(step, embedder.embed(texts)) },
              onProgress: () => step,
            }),
          )
        }
        yield* index(source, store, { allowEmpty: true })
        assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
      }).pipe(Effect.scoped),
    ),
  )

  it.live("equals a fresh one after two indexers at once", () =>
    holds(rounds, (given) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const source = folderSource(folder, { id: "docs" })
        const store = yield* makeExactStore()
        for (const round of given) {
          for (const edit of round) apply(folder, edit)
          const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
          const one = index(source, stepping(store, turn), { allowEmpty: true })
          yield* Effect.all([one, one], { concurrency: 2 })
          assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
        }
      }).pipe(Effect.scoped),
    ),
  )
})

/** The same store, with a step before and after each change: an interruption may come there. */
const stepping = (store: VectorStore, step: Effect.Effect<void>): VectorStore => ({
  ...store,
  upsert: (upsert) => Effect.tap(Effect.andThen(step, store.upsert(upsert)), () => step),
  delete: (what) => Effect.tap(Effect.andThen(step, store.delete(what)), () => step),
})

/** Interrupts an effect at its n-th step, or lets it end before. */
const interruptedAfter = Effect.fnUntraced(function* <A, E>(
  steps: number,
  run: (step: Effect.Effect<void>) => Effect.Effect<A, E>,
) {
  const reached = yield* Deferred.make<void>()
  let left = steps
  const step = Effect.suspend(() =>
    left-- > 0 ? Effect.void : Effect.andThen(Deferred.succeed(reached, undefined), Effect.never),
  )
  const running = yield* Effect.forkChild(run(step))
  yield* Effect.raceFirst(Deferred.await(reached), Effect.exit(Fiber.join(running)))
  yield* Fiber.interrupt(running)
  const exit = yield* Fiber.await(running)
  assert.isTrue(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause))
})
