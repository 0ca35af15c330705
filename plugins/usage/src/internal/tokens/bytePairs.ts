import { countLong } from "./longPiece.ts"
import { MinHeap } from "./MinHeap.ts"
import type { CountPiece } from "./openAiPieces.ts"
import { TokenTable } from "./TokenTable.ts"

/** A vocabulary as gpt-tokenizer ships it: at index `rank` the token's text, or its bytes where they are no text. */
export type Ranks = ReadonlyArray<string | ReadonlyArray<number> | undefined>

interface Table {
  /** By the token's bytes, each as one character. */
  readonly ranks: ReadonlyMap<string, number>
  readonly longest: number
}

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1")

const tableOf = (vocabulary: Ranks): Table => {
  const ranks = new Map<string, number>()
  let longest = 0
  vocabulary.forEach((token, rank) => {
    if (token === undefined) return
    const bytes = typeof token === "string" ? bytesOf(token) : String.fromCharCode(...token)
    ranks.set(bytes, rank)
    longest = Math.max(longest, bytes.length)
  })
  return { ranks, longest }
}

/** Pieces remembered with their counts, and the longest of them: rare words come again. */
const memory = { pieces: 50_000, longest: 64 }
/** Up to so many bytes a scan for the next pair is faster than a heap. */
const shortest = 96

/**
 * Byte pair encoding of one piece: how many tokens it is. The merges and their order are those of tiktoken: lowest rank
 * first, leftmost among equals. For longer pieces a heap finds them, in n log n instead of n².
 */
export const makeBytePairs = (vocabulary: Ranks): CountPiece => {
  const table = tableOf(vocabulary)
  const whole = new TokenTable(vocabulary.filter((token) => typeof token === "string"))
  const known = new Map<string, number>()
  return (text, from, to) => {
    // A piece that is a token is one, whatever its parts would be joined to.
    if (whole.has(text, from, to)) return 1
    const piece = text.slice(from, to)
    const before = known.get(piece)
    if (before !== undefined) return before
    const bytes = bytesOf(piece)
    const tokens = table.ranks.has(bytes)
      ? 1
      : bytes.length <= shortest
        ? countShort(bytes, table)
        : countLong(bytes, (part) => mergedEnds(part, table))
    if (piece.length <= memory.longest) {
      if (known.size >= memory.pieces) known.clear()
      known.set(piece, tokens)
    }
    return tokens
  }
}

const none = 0x7f_ff_ff_ff
const starts = new Int32Array(shortest + 2)
const pairs = new Int32Array(shortest + 2)

const countShort = (bytes: string, { ranks }: Table): number => {
  let parts = bytes.length
  for (let at = 0; at <= parts; at++) starts[at] = at
  const look = (at: number): number =>
    at + 2 > parts ? none : (ranks.get(bytes.slice(starts[at] ?? 0, starts[at + 2] ?? 0)) ?? none)
  for (let at = 0; at < parts; at++) pairs[at] = look(at)
  for (;;) {
    let least = none
    let best = 0
    for (let at = 0; at < parts - 1; at++) {
      const rank = pairs[at] ?? none
      if (rank < least) [least, best] = [rank, at]
    }
    if (least === none) return parts
    starts.copyWithin(best + 1, best + 2, parts + 1)
    pairs.copyWithin(best + 1, best + 2, parts)
    parts--
    pairs[best] = look(best)
    if (best > 0) pairs[best - 1] = look(best - 1)
  }
}

/** Where the tokens end. */
const mergedEnds = (bytes: string, { ranks, longest }: Table): ReadonlyArray<number> => {
  const size = bytes.length
  const next = Int32Array.from({ length: size + 1 }, (_, i) => i + 1)
  const previous = Int32Array.from({ length: size + 1 }, (_, i) => i - 1)
  /** The rank of the token at an index joined with its right neighbour; -1: they do not join, or the index is gone. */
  const joined = new Int32Array(size + 1).fill(-1)
  const heap = new MinHeap()
  const look = (at: number): void => {
    const middle = next[at] ?? size
    const end = middle >= size ? size + 1 : (next[middle] ?? size)
    const rank = end > size || end - at > longest ? undefined : ranks.get(bytes.slice(at, end))
    joined[at] = rank ?? -1
    if (rank !== undefined) heap.push(rank * (size + 1) + at)
  }
  for (let at = 0; at < size - 1; at++) look(at)
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) {
    const at = item % (size + 1)
    if (joined[at] !== (item - at) / (size + 1)) continue
    const right = next[at] ?? size
    const after = next[right] ?? size
    joined[right] = -1
    next[at] = after
    if (after <= size) previous[after] = at
    look(at)
    const before = previous[at] ?? -1
    if (before >= 0) look(before)
  }
  const ends: Array<number> = []
  for (let at = 0; at < size;) ends.push((at = next[at] ?? size))
  return ends
}
