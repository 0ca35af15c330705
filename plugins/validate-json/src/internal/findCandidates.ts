import { isQuotedKeyAt } from "./ahead.ts"
import type { Candidate, Surrounding } from "./Candidate.ts"
import { Fences } from "./fences.ts"
import { parseAt, parseMissing, type Parsed } from "./parseAt.ts"
import { afterAnyBlank, isPlausible } from "./plausible.ts"
import { senseOf } from "./inSentence.ts"
import { readScalar } from "./readScalar.ts"
import { answerEnds, answerOpens, thinkingCloses, thinkingEnds, thinkingOpens } from "./tags.ts"

/** All values in a text, in order; `tooDeep`: one was nested too deeply, so nothing is known of what follows. */
export interface Found {
  readonly candidates: ReadonlyArray<Candidate>
  readonly tooDeep: boolean
  readonly tooMany: boolean
  readonly tags: boolean
}

/** Values that look like prose cost a second look inside them; no text is looked at more often than this. */
const maxSecondLooks = 8

/** Values in one text. An answer with more is none. */
export const maxValues = 50_000

/** May sentences stand there? */
const isProseIn = ({ label, place }: Surrounding): boolean =>
  place === "fence" ? /^(?:md|markdown|text|txt)$/.test(label) : place !== "thinking"

/** Are more brackets closed than opened? */
const isUnopened = (text: string): boolean => {
  if (text.length > 20_000) return false
  const count = (signs: RegExp): number => text.match(signs)?.length ?? 0
  return count(/[{[]/g) < count(/[}\]]/g)
}

/** Goes through a text once: thoughts and fences are left and entered where they stand, never inside a string. */
class Finder {
  readonly candidates: Array<Candidate> = []
  tooDeep = false
  tags = false
  private secondLooks = 0
  private answers = 0
  /** Fences around the present place. */
  private depth = 0
  private readonly text: string
  private readonly fences: Fences
  tooMany = false

  constructor(text: string) {
    this.text = text
    this.fences = new Fences(text)
  }

  scan(from: number, to: number, surrounding: Surrounding): void {
    const before = this.candidates.length
    let at = this.scanStart(from, to, surrounding)
    const interesting = /[{[<`~◁]/g
    while (!this.tooDeep && !this.tooMany) {
      interesting.lastIndex = at
      const found = interesting.exec(this.text)
      if (found === null || found.index >= to) break
      at = this.enter(found.index, to, this.inside(surrounding))
    }
    if (this.candidates.length === before && !this.tooDeep) this.scalar(from, to, surrounding)
  }

  private inside(surrounding: Surrounding): Surrounding {
    return this.answers > 0 && surrounding.place === "text" ? { ...surrounding, place: "answer" } : surrounding
  }

  /** A text may begin inside an object or array whose bracket is missing. */
  private scanStart(from: number, to: number, surrounding: Surrounding): number {
    const { text } = this
    const start = afterAnyBlank(text, from, to)
    if (isQuotedKeyAt(text, start, to))
      return this.take(parseMissing(text, start, to, "object", surrounding), start, surrounding)
    const last = text
      .slice(Math.max(start, to - 40), to)
      .trimEnd()
      .at(-1)
    if (
      last === "}" &&
      /^[A-Za-z_]\w*\s*:\s*["'\d[{tfn]/.test(text.slice(start, start + 80)) &&
      isUnopened(text.slice(start, to))
    )
      return this.take(parseMissing(text, start, to, "object", surrounding), start, surrounding)
    if (last === "]" && /^(?:"[^"\n]*"|-?\d[\d.]*)\s*,/.test(text.slice(start, start + 200)))
      return this.take(parseMissing(text, start, to, "array", surrounding), start, surrounding)
    if (
      /^\(\s*["'\d([{]/.test(text.slice(start, start + 20)) &&
      text
        .slice(Math.max(start, to - 20), to)
        .trimEnd()
        .endsWith(")")
    )
      return this.take(parseAt(text, start, to, surrounding, false), start, surrounding)
    return from
  }

  /** Deals with what stands at `at`, and gives the position to go on from. */
  private enter(at: number, to: number, surrounding: Surrounding): number {
    const sign = this.text[at]
    if (sign === "`" || sign === "~") return this.depth > 1 ? at + 1 : this.fence(at, to, surrounding)
    if (sign === "{" || sign === "[") {
      const thought = sign === "[" && /[tT]/.test(this.text[at + 1] ?? "") ? this.tag(at, to, surrounding) : at
      return thought > at ? thought : this.bracket(at, to, surrounding)
    }
    if (this.text.startsWith("<![CDATA[", at)) return at + "<![CDATA[".length
    if (sign === "<" && !/[a-zA-Z/|]/.test(this.text[at + 1] ?? "")) return at + 1
    return Math.max(at + 1, this.tag(at, to, surrounding))
  }

  private fence(at: number, to: number, surrounding: Surrounding): number {
    const fence = this.fences.open(at, to)
    if (fence === undefined) return at + 1
    const place = surrounding.place === "thinking" ? "thinking" : "fence"
    const inside: Surrounding = { place, label: fence.label }
    const before = this.candidates.length
    const [first] = fence.ends
    this.depth++
    this.scan(fence.start, first?.at ?? to, inside)
    this.depth--
    const last = this.candidates[this.candidates.length - 1]
    if (
      this.candidates.length > before &&
      last !== undefined &&
      last.repairs.has("truncated") &&
      fence.ends.length > 1
    ) {
      for (const end of fence.ends.slice(1)) {
        const longer = parseAt(this.text, last.start, end.at, inside, true)
        if (typeof longer === "string" || longer.repairs.has("truncated")) continue
        this.candidates[this.candidates.length - 1] = longer
        return end.after
      }
    }
    return Math.max(first?.after ?? to, fence.start)
  }

  private tag(at: number, to: number, surrounding: Surrounding): number {
    const { text } = this
    if (surrounding.place === "thinking") return at
    thinkingOpens.lastIndex = at
    const opened = thinkingOpens.exec(text)
    if (opened !== null) {
      this.tags = true
      const start = at + opened[0].length
      const close = thinkingCloses(opened)
      close.lastIndex = start
      const closed = close.exec(text)
      const end = closed === null || closed.index > to ? to : closed.index
      this.scan(start, end, { place: "thinking", label: "" })
      return closed === null || closed.index > to
        ? to
        : closed[0].startsWith("</") || closed[0].startsWith("[")
          ? end + closed[0].length
          : Math.max(end, at + 1)
    }
    thinkingEnds.lastIndex = at
    const ended = thinkingEnds.exec(text)
    if (ended !== null) {
      this.tags = true
      this.forget()
      return at + ended[0].length
    }
    return this.answer(at, surrounding)
  }

  private answer(at: number, surrounding: Surrounding): number {
    answerOpens.lastIndex = at
    const opened = answerOpens.exec(this.text)
    if (opened !== null) {
      this.tags = true
      if (surrounding.place !== "thinking") this.answers++
      return at + opened[0].length
    }
    answerEnds.lastIndex = at
    const ended = answerEnds.exec(this.text)
    if (ended === null) return at
    this.tags = true
    this.answers = Math.max(0, this.answers - 1)
    return at + ended[0].length
  }

  /** Thoughts end here whose beginning was cut off: what was found so far belongs to them. */
  private forget(): void {
    const thinking: Surrounding = { place: "thinking", label: "" }
    for (const [index, candidate] of this.candidates.entries())
      this.candidates[index] = { ...candidate, surrounding: thinking }
  }

  private bracket(at: number, to: number, surrounding: Surrounding): number {
    if (!isPlausible(this.text, at, to)) return at + 1
    const whole = this.candidates.length === 0 || surrounding.place === "fence"
    const parsed = parseAt(this.text, at, to, surrounding, whole)
    if (typeof parsed === "string" || !isProseIn(surrounding)) return this.take(parsed, at, surrounding)
    const sense = senseOf(this.text, parsed)
    if (sense === "prose") return this.pass(parsed, at)
    if (sense === "doubtful") parsed.repairs.add("sentence", at)
    return this.take(parsed, at, surrounding)
  }

  /** It is no value. One that was not closed may have taken in what follows, so that is looked at again. */
  private pass(parsed: Candidate, at: number): number {
    const again = parsed.repairs.has("truncated") && this.secondLooks < maxSecondLooks
    if (again) this.secondLooks++
    return again ? at + 1 : Math.max(parsed.end, at + 1)
  }

  private take(parsed: Parsed, at: number, surrounding: Surrounding): number {
    if (parsed === "too-deep") this.tooDeep = true
    if (typeof parsed === "string") return at + 1
    const doubtful = parsed.repairs.score() < 0.35 && surrounding.place !== "fence"
    this.candidates.push(parsed)
    this.tooMany = this.candidates.length > maxValues
    if (!doubtful || this.secondLooks >= maxSecondLooks) return Math.max(parsed.end, at + 1)
    const rest = this.text.slice(at + 1, Math.min(parsed.end, at + 100_000)).search(/\n\s*[{[]|```|<\/?think/)
    if (rest < 0) return Math.max(parsed.end, at + 1)
    this.secondLooks++
    return at + 1 + rest
  }

  /** The whole text is a number, a literal or a string. */
  private scalar(from: number, to: number, surrounding: Surrounding): void {
    if (surrounding.place === "thinking") return
    const found = readScalar(this.text, from, to, surrounding)
    if (found !== undefined) this.candidates.push(found)
  }
}

export const findCandidates = (text: string): Found => {
  const finder = new Finder(text)
  finder.scan(0, text.length, { place: "text", label: "" })
  return finder
}
