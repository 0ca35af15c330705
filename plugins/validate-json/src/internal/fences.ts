/** A code fence. `ends`: where it may be closed, nearest first: a nearer one may be text inside a string. */
export interface Fence {
  readonly label: string
  readonly start: number
  readonly ends: ReadonlyArray<FenceEnd>
}

interface FenceEnd {
  readonly at: number
  readonly after: number
}

interface Line extends FenceEnd {
  readonly marks: string
}

const opening = /(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\S\n]*(?:[\w=":/.-]{0,100}\n)?/y

/** A fence is closed by one of its next ends; no more than these are tried. */
const maxEnds = 8

/** The fences of one text. Lines that close one are looked up once. */
export class Fences {
  private readonly text: string
  private known: ReadonlyArray<Line> | undefined

  constructor(text: string) {
    this.text = text
  }

  /** The fence that opens at `at`, if it lies before `end`. */
  open(at: number, end: number): Fence | undefined {
    opening.lastIndex = at
    const found = opening.exec(this.text)
    if (found === null || at + found[0].length > end) return undefined
    const [whole, marks = "```", label = ""] = found
    const start = at + whole.length
    const ends = this.ends(marks, start - 1, end)
    const inline = this.text.indexOf(marks, start)
    const first = ends[0]?.at ?? end
    if (inline >= 0 && inline < first) ends.unshift({ at: inline, after: inline + marks.length })
    return { label: label.toLowerCase(), start, ends }
  }

  private ends(marks: string, from: number, end: number): Array<FenceEnd> {
    this.known ??= linesOf(this.text)
    const ends: Array<FenceEnd> = []
    for (let index = firstFrom(this.known, from); index < this.known.length && ends.length < maxEnds; index++) {
      const line = this.known[index]
      if (line === undefined || line.at >= end) break
      if (line.marks.startsWith(marks)) ends.push(line)
    }
    return ends
  }
}

/** Lines that hold nothing but the marks of a fence. */
const linesOf = (text: string): ReadonlyArray<Line> =>
  Array.from(text.matchAll(/\n[ \t>]{0,20}(`{3,}|~{3,})[ \t]*(?=\r?\n|$)/g), (match) => ({
    at: match.index,
    after: match.index + match[0].length,
    marks: match[1] ?? "",
  }))

const firstFrom = (lines: ReadonlyArray<Line>, from: number): number => {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.at ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
