/** How many words in a row are compared. */
const width = 5

/** What stands between spaces, with its signs: `-5`, `C++`, `No`. Where a script has no spaces, each character. */
const words =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu

/** Between two sentences or paragraphs. Both ends of a text are such a place: "never do it" does not hold all of "do it". */
const seam = /(?<=[.!?])\s+|(?<=[。！？])\s*|\n\s*\n/u

/** The runs of five words of a text, where seams are words too. A shorter text is one run; one without a word has none. */
export const shinglesOf = (text: string): ReadonlySet<string> => {
  const all = ["\n", ...text.split(seam).flatMap((sentence) => [...(sentence.match(words) ?? []), "\n"])]
  const shingles = new Set<string>()
  if (text.trim() === "") return shingles
  for (let at = 0; at < Math.max(1, all.length - width + 1); at++) shingles.add(all.slice(at, at + width).join(" "))
  return shingles
}

/** How alike two texts are by their runs of words, 0 to 1 (resemblance; Broder, 1997). */
export const resemblance = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const both = shared(a, b)
  const all = a.size + b.size - both
  return all === 0 ? 0 : both / all
}

/** How much of `a` is in `b`, 0 to 1 (containment; Broder, 1997). */
export const containment = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  a.size === 0 ? 0 : shared(a, b) / a.size

const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  let both = 0
  for (const shingle of few) if (many.has(shingle)) both++
  return both
}
