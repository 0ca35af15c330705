import { LlmError } from "@switchyard/core"
import type { Chunk, Chunker, Document, InNamespace, SourceItem, VectorRecord, VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { IndexOutcome } from "../../IndexReport.ts"
import { documentHash, documentIdOf, fingerprintOf } from "./identity.ts"
import type { Known, KnownDocuments } from "./KnownDocuments.ts"
import { embeddedText, recordsOf, withoutLines } from "./recordsOf.ts"

/** A record to be written; without a vector, `embed` is to be embedded first. */
export interface Pending {
  readonly record: Omit<VectorRecord, "vector">
  readonly vector: Float32Array | undefined
  readonly embed: string
}

/** What is to be done about a document. */
export type Examined =
  | { readonly _tag: "Skip"; readonly id: string; readonly why: string }
  /** It cannot be read now: what is indexed of it, `chunks` or none, stays. */
  | {
      readonly _tag: "Keep"
      readonly id: string
      readonly documentId: string
      readonly why: string
      readonly chunks: number
    }
  | { readonly _tag: "Leave"; readonly id: string; readonly documentId: string; readonly chunks: number }
  | {
      readonly _tag: "Write"
      readonly id: string
      readonly documentId: string
      readonly outcome: IndexOutcome
      readonly records: ReadonlyArray<Pending>
      readonly warning: string | undefined
    }

export interface Examining {
  readonly sourceId: string
  readonly within: InNamespace
  readonly known: KnownDocuments
  readonly chunker: Chunker
  readonly store: VectorStore
  /** Take nothing from what is there. */
  readonly afresh: boolean
}

/** Looks at a document as little as can be: by its fingerprint, by its hash, by the texts of its chunks. */
export const examine = Effect.fnUntraced(function* (item: SourceItem, run: Examining) {
  const { sourceId, known, chunker } = run
  const { id } = item
  const documentId = documentIdOf(sourceId, id)
  if (!known.name(documentId)) return skip(id, "the source names it twice: the first is taken")
  const before = known.find(documentId)
  const usable = before !== undefined && before.whole && !run.afresh ? before : undefined
  const fingerprint = item.fingerprint === undefined ? undefined : fingerprintOf(item.fingerprint, chunker.id)
  const leave = { _tag: "Leave" as const, id, documentId, chunks: before?.ids.length ?? 0 }
  if (usable !== undefined && fingerprint !== undefined && usable.fingerprint === fingerprint) return leave
  const read = yield* item.read
  if ("_tag" in read) {
    const keep: Examined = { _tag: "Keep", id, documentId, why: read.why, chunks: leave.chunks }
    return read.transient === true && leave.chunks > 0 ? keep : skip(id, read.why)
  }
  const document: Document = { ...read, id: documentId, source: read.source ?? id }
  const hash = documentHash(document, chunker.id)
  if (usable !== undefined && usable.hash === hash) {
    if (fingerprint === undefined || usable.fingerprint === fingerprint) return leave
    const records = marked(yield* recordsNow(usable, run), fingerprint)
    if (records.length === usable.ids.length) return write("unchanged", records, undefined)
  }
  const chunks = yield* Stream.runCollect(chunker.chunk(withoutLines(document)))
  const wrong = brokenChunks(chunker, documentId, chunks)
  if (wrong !== undefined) return yield* wrong
  const drafts = recordsOf(document, chunks, { sourceId, documentHash: hash, fingerprint })
  if (drafts.length === 0) return skip(id, "it has no text")
  const vectors = new Map<string, Float32Array>()
  if (before !== undefined && !run.afresh)
    for (const record of yield* recordsNow(before, run)) vectors.set(embeddedText(record), record.vector)
  const records = drafts.map((draft): Pending => ({ ...draft, vector: vectors.get(draft.embed) }))
  return write(before === undefined ? "added" : "updated", records, warningOf(document))

  function write(outcome: IndexOutcome, pending: ReadonlyArray<Pending>, warning: string | undefined): Examined {
    return { _tag: "Write", id, documentId, outcome, records: pending, warning }
  }
})

const skip = (id: string, why: string): Examined => ({ _tag: "Skip", id, why })

/** How many records are asked for at once. */
const atOnce = 500

/** The records of a document that are there. One that goes meanwhile is left out. */
const recordsNow = ({ ids }: Known, { store, within }: Examining) => {
  const batches: Array<ReadonlyArray<string>> = []
  for (let at = 0; at < ids.length; at += atOnce) batches.push(ids.slice(at, at + atOnce))
  return Effect.map(
    Effect.forEach(batches, (batch) => store.get(batch, within)),
    (found) => found.flat(),
  )
}

/** The same records, known by another fingerprint. */
const marked = (records: ReadonlyArray<VectorRecord>, fingerprint: string): ReadonlyArray<Pending> =>
  records.map(({ vector, ...record }) => ({
    vector,
    embed: "",
    record: { ...record, metadata: { ...record.metadata, fingerprint } },
  }))

const warningOf = ({ metadata }: Document): string | undefined => {
  const replaced = metadata?.["replacedCharacters"]
  return typeof replaced === "number" ? `${replaced} characters are no UTF-8: U+FFFD stands in their place` : undefined
}

/** A chunker that breaks its contract would lose chunks: of two with one id, the store keeps one. */
const brokenChunks = (chunker: Chunker, documentId: string, chunks: ReadonlyArray<Chunk>): LlmError | undefined => {
  const broken = (what: string) =>
    LlmError.make({ _tag: "PluginFailure", plugin: chunker.id, message: `the chunker "${chunker.id}" ${what}` })
  const ids = new Set<string>()
  for (const chunk of chunks) {
    if (chunk.documentId !== documentId)
      return broken(`gave a chunk of "${documentId}" as one of "${chunk.documentId}"`)
    if (ids.has(chunk.id)) return broken(`gave two chunks of "${documentId}" the id "${chunk.id}"`)
    ids.add(chunk.id)
  }
  return undefined
}
