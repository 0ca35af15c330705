/**
 * From a question to passages, top to bottom:
 *
 *   reword    the question, and other ways to say it
 *   find      each of them by meaning and by words: two legs
 *   fuse      one ranking of all
 *   rerank    the best are read beside the question
 *   choose    those that say something new, as many as asked for
 *   expand    with what stands around them; what touches becomes one passage
 *   budget    as many as fit
 */
import { LlmError, TokenCounter } from "@switchyard/core"
import { Embedder, type RetrievalQuery, Retriever, VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Candidate } from "./internal/retrieve/Candidate.ts"
import { distinct } from "./internal/retrieve/distinct.ts"
import { type Alike, cosine, diverse } from "./internal/retrieve/diverse.ts"
import { expand } from "./internal/retrieve/expand.ts"
import { explained, ordinal, retrievedFrom } from "./internal/retrieve/explained.ts"
import { best, byScore, combine, fuse } from "./internal/retrieve/fuse.ts"
import { guarded, timed } from "./internal/retrieve/guarded.ts"
import { Legs, refusalOf, type Within } from "./internal/retrieve/Legs.ts"
import { alone, merged, type Passage } from "./internal/retrieve/Passage.ts"
import { rewordings } from "./internal/retrieve/rewordings.ts"
import { resemblance, shinglesOf } from "./internal/retrieve/shingles.ts"
import { unknownFields } from "./internal/retrieve/unknownFields.ts"
import { countOf, withinBudget } from "./internal/retrieve/withinBudget.ts"
import type { Dropped, InspectableRetriever, Retrieval } from "./Retrieval.ts"
import { type RetrieverOptions, type Settings, settingsOf } from "./RetrieverOptions.ts"
import type { Rewording } from "./Rewriter.ts"

/**
 * A retriever over an index that the indexer wrote, or any other store of texts. Wrong options fail with `InvalidRequest`;
 * so do, when it is asked, an empty question, a wrong `k` or filter, a filter on a field that no record has, and an index
 * that another embedder made, with how to index again. What else fails, dies or gives nonsense is left out where there is
 * something to go on with: rewriter, reranker, one of two legs; `inspect` says so in its notes.
 */
export const makeRetriever = Effect.fnUntraced(function* (options: RetrieverOptions) {
  const settings = yield* settingsOf(options)
  const counter = yield* TokenCounter
  const { store, embedder } = options
  const path = new Path(
    options,
    settings,
    countOf(counter, embedder?.id ?? "default"),
    new Legs(store, embedder, settings),
  )
  const inspect = (query: RetrievalQuery) => path.walk(query)
  const retriever: InspectableRetriever = {
    id: `switchyard/${settings.mode}`,
    inspect,
    retrieve: (query) => Effect.map(inspect(query), ({ passages }) => passages),
  }
  return retriever
})

/** The retriever of a stack, over its store and embedder. */
export const layerRetriever = (
  options: Omit<RetrieverOptions, "store" | "embedder"> = {},
): Layer.Layer<Retriever, LlmError, VectorStore | Embedder> =>
  Layer.effect(
    Retriever,
    Effect.gen(function* () {
      return yield* makeRetriever({ ...options, store: yield* VectorStore, embedder: yield* Embedder })
    }),
  )

class Path {
  readonly #options: RetrieverOptions
  readonly #settings: Settings
  readonly #count: ReturnType<typeof countOf>
  readonly #legs: Legs

  constructor(options: RetrieverOptions, settings: Settings, count: ReturnType<typeof countOf>, legs: Legs) {
    this.#options = options
    this.#settings = settings
    this.#count = count
    this.#legs = legs
  }

  readonly walk = Effect.fnUntraced({ self: this }, function* (this: Path, query: RetrievalQuery) {
    const { mode, fusion, candidates, maxTokens, neighbours } = this.#settings
    const refused = refusalOf(query.text, query.k)
    if (refused !== undefined) return yield* refused
    const notes: Array<string> = []
    const within = this.#within(query)
    const question = this.#bounded(query.text, notes)
    const queries = yield* this.#reword(question, notes)
    const found = yield* this.#legs.find(queries, within, Math.max(candidates, query.k))
    notes.push(...found.notes)
    const together = fusion.by === "ranks" ? fuse(found.rankings, fusion.k) : combine(found.rankings)
    const fused = mode === "hybrid" ? together : best(found.rankings)
    if (fused.length === 0) yield* this.#timed("looking for the reason of nothing", () => this.#nothing(within, notes))
    const ranked = yield* this.#rerank(question, fused, query.k, notes)
    const dropped: Array<Dropped> = []
    const chosen = yield* this.#choose(ranked, query.k, within, dropped)
    const hits = chosen.map((candidate) => alone(explained(candidate, question)))
    const passages = neighbours === 0 ? hits : merged(yield* this.#expand(hits, neighbours, within, notes))
    const given = withinBudget(passages, maxTokens, this.#count)
    const retrieval: Retrieval = {
      passages: given.passages,
      queries: queries.map(({ text }) => text),
      considered: fused.length,
      dropped: [...given.dropped, ...dropped],
      notes,
    }
    return retrieval
  })

  #within({ namespace = this.#settings.namespace, filter }: RetrievalQuery): Within {
    return { ...(namespace === undefined ? {} : { namespace }), ...(filter === undefined ? {} : { filter }) }
  }

  /** A question mostly stands at the beginning or at the end of what is pasted with it. */
  #bounded(text: string, notes: Array<string>): string {
    const most = this.#settings.maxQueryLength
    if (text.length <= most) return text
    notes.push(`the question is ${text.length} units long: the middle beyond ${most} was not looked for`)
    const half = Math.floor(most / 2)
    const cut = `${text.slice(0, most - half)}\n${text.slice(text.length - half)}`
    // With `u`, half of a pair that the cut left.
    return cut.replace(/[\ud800-\udfff]/gu, "")
  }

  #reword(question: string, notes: Array<string>): Effect.Effect<ReadonlyArray<Rewording>> {
    const { rewriter } = this.#options
    const own: Rewording = { text: question }
    if (rewriter === undefined) return Effect.succeed([own])
    const reworded = Effect.map(
      this.#timed("rewriting", () => rewordings(rewriter, question)),
      (given) => {
        notes.push(...given.notes)
        return [own, ...given.rewordings]
      },
    )
    return this.#orElse(reworded, [own], "the question was not reworded", notes)
  }

  /** Why there is nothing: an empty index, or a filter on a field that is not there. */
  readonly #nothing = Effect.fnUntraced({ self: this }, function* (this: Path, within: Within, notes: Array<string>) {
    const { store } = this.#options
    const { namespace, filter } = within
    const count = yield* store.count(namespace === undefined ? {} : { namespace })
    if (count === 0) notes.push(`the index "${namespace ?? "default"}" is empty: nothing has been indexed into it`)
    else if (filter !== undefined) {
      const refused = yield* unknownFields(store, filter, namespace)
      if (refused !== undefined) return yield* refused
    }
  })

  #rerank(
    question: string,
    fused: ReadonlyArray<Candidate>,
    k: number,
    notes: Array<string>,
  ): Effect.Effect<ReadonlyArray<Candidate>> {
    const { reranker } = this.#options
    const head = fused.slice(0, Math.max(k, this.#settings.rerankDepth))
    if (reranker === undefined || head.length === 0) return Effect.succeed(fused)
    const found = head.map((candidate) => retrievedFrom(candidate))
    const asked = this.#timed("reranking", () =>
      guarded(`the reranker "${reranker.id}"`, () => reranker.rerank(question, found)),
    )
    const read = Effect.flatMap(asked, (scores: unknown) =>
      areScores(scores, head.length) ? Effect.succeed(reranked(head, scores)) : Effect.fail(unfit(reranker.id)),
    )
    return this.#orElse(read, fused, "the order was left as it was found", notes)
  }

  readonly #choose = Effect.fnUntraced(
    { self: this },
    function* (this: Path, ranked: ReadonlyArray<Candidate>, k: number, within: Within, dropped: Array<Dropped>) {
      const { diversity, minScore = -Infinity, resemblance: threshold } = this.#settings
      const good = ranked.filter(({ score }) => score >= minScore)
      const below = ranked.find(({ score }) => score < minScore)
      if (below !== undefined && good.length < k) {
        const why = `its score ${below.score.toFixed(3)} is below ${minScore}, like those of all after it`
        dropped.push({ passage: retrievedFrom(below), why })
      }
      const { kept, doubles } = distinct(good, diversity === 0 ? k : Math.max(4 * k, 20), threshold)
      for (const { candidate, of } of doubles)
        dropped.push({ passage: retrievedFrom(candidate), why: `it says what ${of.match.id} says` })
      if (diversity === 0) return kept
      return diverse(kept, k, diversity, yield* this.#timed("reading vectors", () => this.#likeness(kept, within)))
    },
  )

  /** By their vectors; of a store that has none for one of them, by their words. */
  readonly #likeness = Effect.fnUntraced(
    { self: this },
    function* (this: Path, candidates: ReadonlyArray<Candidate>, { namespace }: Within) {
      const ids = candidates.map(({ match }) => match.id)
      const records = yield* this.#options.store.get(ids, namespace === undefined ? {} : { namespace })
      const vectors = new Map(records.map(({ id, vector }) => [id, vector]))
      const alike: Alike = (a, b) => {
        const [one, other] = [vectors.get(a.match.id), vectors.get(b.match.id)]
        return one === undefined || other === undefined || this.#settings.mode === "keyword"
          ? resemblance(shinglesOf(a.match.text ?? ""), shinglesOf(b.match.text ?? ""))
          : cosine(one, other)
      }
      return alike
    },
  )

  #expand(
    hits: ReadonlyArray<Passage>,
    neighbours: number | "section",
    within: Within,
    notes: Array<string>,
  ): Effect.Effect<ReadonlyArray<Passage>> {
    const { store } = this.#options
    const expanded = this.#timed("reading neighbours", () => expand(store, hits, neighbours, within))
    return this.#orElse(expanded, hits, "neighbours were left out", notes)
  }

  #timed<A>(what: string, run: () => Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> {
    return timed(what, this.#settings.timeoutMs, run)
  }

  #orElse<A>(effect: Effect.Effect<A, LlmError>, instead: A, so: string, notes: Array<string>): Effect.Effect<A> {
    return Effect.catch(effect, ({ reason }) => {
      const note = `${so}: ${reason.message}`
      notes.push(note)
      return Effect.as(Effect.logWarning(note), instead)
    })
  }
}

/** Those that were read, by what the reranker gave them. The others had less before, and are left out. */
const reranked = (head: ReadonlyArray<Candidate>, scores: ReadonlyArray<number>): ReadonlyArray<Candidate> =>
  head
    .map((candidate, at) => ({
      ...candidate,
      score: scores[at] ?? 0,
      scores: { ...candidate.scores, reranked: scores[at] ?? 0 },
      before: at + 1,
    }))
    .sort((a, b) => byScore(a, b))
    .map(({ before, ...candidate }, at) => {
      const why = `reranked: ${ordinal(at + 1)}, ${candidate.score.toFixed(3)} (was ${ordinal(before)})`
      return { ...candidate, why: [...candidate.why, why] }
    })

/** A number for each passage; a list with holes has not. */
const areScores = (scores: unknown, passages: number): scores is ReadonlyArray<number> =>
  Array.isArray(scores) && scores.length === passages && Array.from(scores).every(Number.isFinite)

const unfit = (id: string): LlmError =>
  LlmError.make({ _tag: "InvalidResponse", message: `the reranker "${id}" did not give a number for each passage` })
