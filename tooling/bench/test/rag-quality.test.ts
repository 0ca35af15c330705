import { assert, it } from "@effect/vitest"
import { hashEmbedder } from "@switchyard/embed-local"
import { makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { installedPackages, ownDocuments } from "../src/rag-quality/corpus.ts"
import { cut, index } from "../src/rag-quality/indexed.ts"
import { derivedQuestions, writtenQuestions } from "../src/rag-quality/judged.ts"
import { compare } from "../src/rag-quality/retrievers.ts"

it.effect("the judged corpus is as large as it is said to be, and its answers are where they were", () =>
  Effect.gen(function* () {
    const own = ownDocuments()
    const packages = installedPackages()
    const documents = [...own, ...packages.flatMap((one) => one.documents)]
    const chunks = yield* cut(documents)
    const { judged, lost } = writtenQuestions(own, chunks)
    assert.isAtLeast(documents.length, 300)
    assert.isAtMost(lost.length, 8, lost.join("\n"))
    assert.isAtLeast(judged.length, 60)
    assert.isAtLeast(judged.length + derivedQuestions(packages, chunks).length, 150)
  }),
)

it.effect(
  "of this repository's own pages hybrid finds as much as the better of its parts, less 0.02, and reranked more",
  () =>
    Effect.gen(function* () {
      const own = ownDocuments()
      const chunks = yield* cut(own)
      const { judged } = writtenQuestions(own, chunks)
      const store = yield* makeExactStore()
      // Hashed words need no table, so that this runs wherever the tests do.
      const embedder = hashEmbedder()
      yield* index(store, embedder, own, chunks)
      const figures = (yield* compare(store, embedder, judged))(() => true)
      for (const metric of ["recall5", "mrr", "ndcg10"] as const) {
        const of = (way: "lexical" | "dense" | "hybrid" | "reranked") => figures.get(way)?.[metric] ?? Number.NaN
        const parts = Math.max(of("lexical"), of("dense"))
        assert.isAtLeast(of("hybrid"), parts - 0.02, metric)
        assert.isAtLeast(of("reranked"), parts, metric)
        assert.isAbove(parts, 0.3, metric)
      }
    }),
)
