import { LlmError } from "@switchyard/core"
import {
  checkStamp,
  type Chunker,
  defaultNamespace,
  type DocumentSource,
  type Embedder,
  type InNamespace,
  type VectorStore,
} from "@switchyard/rag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Examined, examine } from "./internal/index/examine.ts"
import { documentIdOf } from "./internal/index/identity.ts"
import { KnownDocuments } from "./internal/index/KnownDocuments.ts"
import { advised, otherSources } from "./internal/index/otherSources.ts"
import { retrying } from "./internal/index/retrying.ts"
import { Tally } from "./internal/index/Tally.ts"
import { WriteQueue } from "./internal/index/WriteQueue.ts"
import { wrongNumber } from "./internal/wrongNumber.ts"
import type { IndexOutcome, IndexProgress, IndexReport } from "./IndexReport.ts"

export interface IndexOptions {
  readonly source: DocumentSource
  readonly chunker: Chunker
  readonly embedder: Embedder
  readonly store: VectorStore
  /** Default: `"default"`. */
  readonly namespace?: string
  /** Documents that are read and cut at a time. Default: 4. */
  readonly concurrency?: number
  /** Batches that are embedded at a time. Default: 2. */
  readonly embedConcurrency?: number
  /** How often a batch is embedded again after a failure that may pass. Default: 4. */
  readonly retries?: number
  /** The index may become empty of this source. Default: false, as a folder that is not mounted is empty too. */
  readonly allowEmpty?: boolean
  /**
   * Embed everything again. Where the namespace has vectors of another embedder, it is emptied first; documents of other
   * sources go with it only for `"all"`, and are to be indexed again from theirs. Default: false.
   */
  readonly reindex?: boolean | "all"
  /** Told of each document when it is done, one after the other. */
  readonly onProgress?: (progress: IndexProgress) => Effect.Effect<void>
}

/**
 * Makes a namespace hold what a source has: new and changed documents are embedded and written, those that are gone are
 * deleted, and all else is left. A document is written in one step, so that a run that ends anywhere leaves each document
 * either old or new, and the next run does the rest; what is indexed is known from the store alone.
 *
 * Unchanged documents are not read where their source gives fingerprints, and not embedded in any case; of a changed one,
 * only texts that it did not have before are embedded. Documents are deleted after the source has named all that it has, and
 * when they are skipped for what they are; one that cannot be read now stays as it was.
 *
 * Fails with `InvalidRequest` when the namespace has vectors of another embedder, or would become empty of the source; with
 * the failure of the source, the chunker, the embedder or the store otherwise. What was written stays.
 */
export const indexSource = Effect.fn("rag.index")(function* (options: IndexOptions) {
  const { source, namespace = defaultNamespace, allowEmpty = false } = options
  const wrong = wrongOption(options)
  if (wrong !== undefined) return yield* wrong
  const startedAt = yield* Clock.currentTimeMillis
  // Listed first: what another embedder begins to write meanwhile would else be taken for what is indexed.
  const listed = yield* knownIn(options, namespace)
  const known = (yield* emptiedFor(options, namespace)) ? new KnownDocuments() : listed
  const tally = new Tally()
  const told = teller(options, tally)
  const fails = Effect.mapError((error: LlmError) => stopped(error, source.id, tally))
  yield* fails(update(options, { known, tally, told, within: { namespace } }))
  if (tally.held === 0 && known.gone.length > 0 && !allowEmpty)
    return yield* emptied(source.id, namespace, known.size, tally.skipped.length)
  yield* fails(forget(options, known, told))
  const report: IndexReport = {
    source: source.id,
    namespace,
    ...tally.counts,
    skipped: tally.skipped,
    warnings: tally.warnings,
    ms: (yield* Clock.currentTimeMillis) - startedAt,
  }
  return report
})

const wrongOption = ({ concurrency, embedConcurrency, retries }: IndexOptions): LlmError | undefined =>
  wrongNumber({ concurrency, embedConcurrency }) ?? wrongNumber({ retries }, 0)

/** What the index has of the source. */
const knownIn = Effect.fnUntraced(function* ({ store, source }: IndexOptions, namespace: string) {
  const known = new KnownDocuments()
  const listings = store.list({ namespace, filter: { sourceId: source.id } })
  yield* Stream.runForEach(listings, (listing) => Effect.sync(() => known.add(listing)))
  return known
})

interface Run {
  readonly known: KnownDocuments
  readonly tally: Tally
  readonly told: Told
  readonly within: InNamespace
}

/** Writes what is new or changed. */
const update = (options: IndexOptions, { known, tally, told, within }: Run): Effect.Effect<void, LlmError> => {
  const { source, embedder, retries = 4, concurrency = 4, embedConcurrency = 2, reindex = false } = options
  const queue = new WriteQueue({
    ...options,
    within,
    tally,
    embedder: retrying(embedder, retries),
    concurrency: embedConcurrency,
    written: ({ id, outcome, records, warning }) => {
      if (warning !== undefined) tally.warnings.push({ id, why: warning })
      return told(id, outcome, records.length)
    },
  })
  const settle = (examined: Examined): Effect.Effect<void, LlmError> => {
    const { id } = examined
    if (examined._tag === "Skip") {
      tally.skipped.push({ id, why: examined.why })
      return told(id, "skipped", 0, examined.why)
    }
    known.keep(examined.documentId)
    if (examined._tag === "Keep") {
      const why = `${examined.why}; what is indexed of it stays`
      tally.skipped.push({ id, why })
      return told(id, "skipped", examined.chunks, why)
    }
    return examined._tag === "Leave" ? told(id, "unchanged", examined.chunks) : queue.add(examined)
  }
  const examining = { ...options, sourceId: source.id, within, known, afresh: reindex !== false }
  return source.items.pipe(
    Stream.mapEffect((item) => examine(item, examining), { concurrency }),
    Stream.runForEach(settle),
    // Also when the source fails: what it gave before is written.
    Effect.catch((error) => Effect.andThen(Effect.ignore(queue.flush), Effect.fail(error))),
    Effect.andThen(queue.flush),
  )
}

type Told = (id: string, outcome: IndexOutcome, chunks?: number, why?: string) => Effect.Effect<void>

const teller =
  ({ onProgress }: IndexOptions, tally: Tally): Told =>
  (id, outcome, chunks = 0, why) =>
    Effect.suspend(() => {
      tally.note(outcome, chunks)
      return onProgress?.({ id, outcome, ...(why === undefined ? {} : { why }), counts: tally.counts }) ?? Effect.void
    })

/** One embedder a namespace: of another one it is refused, or emptied. Was it emptied? */
const emptiedFor = Effect.fnUntraced(function* (options: IndexOptions, namespace: string) {
  const { source, store, embedder, reindex = false } = options
  const otherStamp = Effect.map(store.namespaces, (all) => {
    const kept = all.find(({ name }) => name === namespace)
    return kept === undefined ? undefined : checkStamp(namespace, kept.stamp, embedder)
  })
  const other = yield* otherStamp
  if (other === undefined) return false
  const others = reindex === "all" ? undefined : yield* otherSources(store, namespace, source.id)
  if (others !== undefined || reindex === false) return yield* advised(other, others)
  // Another indexer may have begun anew with this embedder while the sources were counted.
  if ((yield* otherStamp) !== undefined) yield* store.delete({ namespace, all: true })
  return true
})

/** How many documents are deleted at once. */
const atOnce = 200

const forget = Effect.fnUntraced(function* (
  { store, source, namespace = defaultNamespace }: IndexOptions,
  { gone }: KnownDocuments,
  told: Told,
) {
  const prefix = documentIdOf(source.id, "").length
  for (let at = 0; at < gone.length; at += atOnce) {
    const ids = gone.slice(at, at + atOnce)
    yield* store.delete({ namespace, filter: { documentId: { $in: ids } } })
    yield* Effect.forEach(ids, (id) => told(id.slice(prefix), "deleted"))
  }
})

const stopped = ({ reason, context }: LlmError, sourceId: string, tally: Tally): LlmError => {
  const { seen, added, updated } = tally.counts
  // Its stamp was right, or there was none, when the run began.
  const taken = reason._tag === "InvalidRequest" && reason.field === "stamp"
  const message = taken
    ? `indexing "${sourceId}" stopped after ${seen} documents: another indexer began this namespace anew meanwhile, with its ` +
      `own embedder, and nothing of this run is in it. Run one at a time: ${reason.message}`
    : `indexing "${sourceId}" stopped after ${seen} documents, ${added + updated} of them written: ${reason.message}; ` +
      `what is written stays, nothing was deleted for what is missing, and the next run goes on from here`
  return LlmError.make({ ...reason, message }, context)
}

const emptied = (sourceId: string, namespace: string, known: number, skipped: number): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: "source",
      message:
        `the source "${sourceId}" has no document that can be indexed${skipped === 0 ? "" : ` (${skipped} were skipped)`}, ` +
        `and the namespace "${namespace}" holds ${known} of it: nothing was deleted. Check that the folder is mounted and the ` +
        `path right; if it is to be empty, index it with "allowEmpty: true"`,
    },
    { operation: "config" },
  )
