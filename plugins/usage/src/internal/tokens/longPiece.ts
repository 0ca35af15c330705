/** In bytes. A token is at most 128 of them in OpenAI's encodings. */
const windowLength = 8192
/** What ends in this share of a window is taken; what follows may depend on what comes after the window. */
const taken = 0.95

/** A part of a piece by itself. */
interface Window {
  readonly tokens: number
  readonly first: string
  /** The tokens that are taken of it, where the last of them ends, and that one. */
  readonly kept: number
  readonly keptEnd: number
  readonly last: string
}

type Encode = (bytes: string) => ReadonlyArray<number>

const windowOf = (bytes: string, encode: Encode): Window => {
  const ends = encode(bytes)
  const cut = bytes.length * taken
  const after = ends.findIndex((end) => end > cut)
  const kept = Math.max(1, after)
  const keptEnd = ends[kept - 1] ?? bytes.length
  return {
    tokens: ends.length,
    first: bytes.slice(0, ends[0]),
    kept,
    keptEnd,
    last: bytes.slice(ends[kept - 2] ?? 0, keptEnd),
  }
}

const remembering = <A>(make: (key: string) => A): ((key: string) => A) => {
  const known = new Map<string, A>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    const made = make(key)
    if (known.size < mostKnown) known.set(key, made)
    return made
  }
}

/** Windows of a piece that are remembered while it is counted: one that repeats itself has few that differ. */
const mostKnown = 64

/**
 * The tokens of a long piece. It is encoded window by window, each from where the tokens taken of the one before end.
 *
 * That is exact, since merging is local: as long as no merge goes over a boundary, the merges on its two sides do not know of
 * each other, and the first that would go over it would do so in the encoding of the two tokens beside it alone. So tokens
 * are the encoding of their text exactly if each neighbouring two are the encoding of theirs. Within a window they are; the
 * two where windows meet are looked at, and where they are not, the windows were too short. Source: "So many tokens, so
 * little time", the bpe crate of github/rust-gems.
 *
 * `encode` gives the ends of a text's tokens; bytes are one character each.
 */
export const countLong = (bytes: string, encode: Encode, length = windowLength): number => {
  const window = remembering((part) => windowOf(part, encode))
  const join = remembering((both) => encode(both))
  let at = 0
  let tokens = 0
  let last: string | undefined
  for (;;) {
    const next = window(bytes.slice(at, at + length))
    if (last !== undefined) {
      const ends = join(last + next.first)
      if (ends.length !== 2 || ends[0] !== last.length) return countLong(bytes, encode, length * 8)
    }
    if (at + length >= bytes.length) return tokens + next.tokens
    tokens += next.kept
    at += next.keptEnd
    last = next.last
  }
}
