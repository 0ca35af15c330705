import type { Json, LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { EmbedderStamp } from "./EmbedderStamp.ts"
import type { Filter } from "./Filter.ts"
import type { Metadata } from "./Metadata.ts"

/**
 * What a store keeps under an id. `text` is what `search` looks through; `payload` comes back with a match and is never
 * looked at: a chunk, an answer. Metadata and payload may be kept as the objects they are, and are not to be changed once
 * they were given: neither by who put them nor by who gets them.
 */
export interface VectorRecord {
  readonly id: string
  readonly vector: Float32Array
  readonly metadata?: Metadata
  readonly text?: string
  readonly payload?: Json
}

/** Walls within a store: what is in one namespace is never found from another. Default: `"default"`. */
export interface InNamespace {
  readonly namespace?: string
}

export interface VectorUpsert extends InNamespace {
  /** What made the vectors: `stampOf(embedder)`. */
  readonly stamp: EmbedderStamp
  readonly records: ReadonlyArray<VectorRecord>
  /** What the records take the place of: others of the namespace that match are deleted in the same step. */
  readonly replaces?: Filter
}

export interface VectorQuery extends InNamespace {
  readonly stamp: EmbedderStamp
  readonly vector: Float32Array
  /** How many matches at most, from 1. */
  readonly k: number
  readonly filter?: Filter
  /** Matches below this cosine are left out. */
  readonly minScore?: number
}

/** `score` is the cosine of the two vectors, -1 to 1; of a text query, how well the words fit, from 0, as the store counts. */
export interface VectorMatch {
  readonly id: string
  readonly score: number
  readonly metadata: Metadata
  readonly text?: string
  readonly payload?: Json
}

/** Words to look for. A record matches when it has one of them; the more and the rarer, the better. */
export interface TextQuery extends InNamespace {
  /** As a person writes it: nothing in it is an operator. */
  readonly text: string
  /** How many matches at most, from 1. */
  readonly k: number
  readonly filter?: Filter
}

/** A record without what is large. */
export interface VectorListing {
  readonly id: string
  readonly metadata: Metadata
}

/** What to delete: these ids, what a filter matches, or the whole namespace. */
export type VectorDelete = InNamespace &
  ({ readonly ids: ReadonlyArray<string> } | { readonly filter: Filter } | { readonly all: true })

export interface NamespaceInfo {
  readonly name: string
  readonly stamp: EmbedderStamp
  readonly count: number
}

/**
 * Keeps vectors and finds the nearest. Contract:
 *
 * - The first upsert gives a namespace its stamp. Vectors of another stamp are refused, on the way in and as queries, until
 *   the namespace is emptied.
 * - An upsert replaces the whole record of an id. It is taken as a whole or not at all, with what it `replaces`; of one id
 *   twice, the last counts.
 * - Matches come best first; of equal scores, the id that sorts first. A namespace that is not there is empty.
 * - Vectors are copied: the caller may write into its own again.
 */
export interface VectorStore {
  readonly id: string
  readonly upsert: (upsert: VectorUpsert) => Effect.Effect<void, LlmError>
  /** How many records were there and are gone. What names none or several of `ids`, `filter` and `all` is refused. */
  readonly delete: (what: VectorDelete) => Effect.Effect<number, LlmError>
  readonly query: (query: VectorQuery) => Effect.Effect<ReadonlyArray<VectorMatch>, LlmError>
  /** The records of these ids, in their order; ids that are not there are left out. */
  readonly get: (
    ids: ReadonlyArray<string>,
    within?: InNamespace,
  ) => Effect.Effect<ReadonlyArray<VectorRecord>, LlmError>
  readonly count: (within?: InNamespace & { readonly filter?: Filter }) => Effect.Effect<number, LlmError>
  readonly namespaces: Effect.Effect<ReadonlyArray<NamespaceInfo>, LlmError>
  /** Every record of a namespace, for export and for indexing again. The vectors may have been scaled to length 1. */
  readonly records: (within?: InNamespace) => Stream.Stream<VectorRecord, LlmError>
  /** Which records are there, in no order: cheap where `records` is not. */
  readonly list: (within?: InNamespace & { readonly filter?: Filter }) => Stream.Stream<VectorListing, LlmError>
  /** Full-text search over `text`, where the store has one. */
  readonly search?: (query: TextQuery) => Effect.Effect<ReadonlyArray<VectorMatch>, LlmError>
  /** All of it as bytes, where the store can. */
  readonly snapshot?: Effect.Effect<Uint8Array, LlmError>
}

/** The store that the parts of a retrieval stack share. */
export const VectorStore = Context.Service<VectorStore>("@switchyard/rag/VectorStore")

export const defaultNamespace = "default"
