/**
 * What had to be done to read an answer as JSON. The number is what one of it takes from the score: below `certain` the
 * reading is one of several that the text allows.
 */
export const repairCosts = {
  // Around the JSON: nothing of it is touched.
  prose: 0.02,
  fence: 0.01,
  tag: 0.01,
  invisible: 0.01,
  // Another way to write the same.
  comment: 0.02,
  "trailing-comma": 0.02,
  quotes: 0.03,
  "unquoted-key": 0.03,
  literal: 0.03,
  number: 0.04,
  "raw-control": 0.03,
  "missing-comma": 0.06,
  separator: 0.05,
  collection: 0.05,
  concatenation: 0.05,
  entities: 0.05,
  "escaped-json": 0.05,
  escape: 0.08,
  sequence: 0.08,
  call: 0.1,
  // The text can be read in more than one way.
  "unquoted-value": 0.22,
  "unescaped-quote": 0.22,
  "non-finite": 0.22,
  "leading-zero": 0.25,
  "extra-comma": 0.22,
  "missing-colon": 0.25,
  "missing-quote": 0.3,
  brackets: 0.3,
  "dropped-key": 0.3,
  ellipsis: 0.35,
  junk: 0.35,
  placeholder: 0.4,
  choice: 0.25,
  truncated: 0.55,
  fallback: 0.4,
  sentence: 0.6,
  // The schema decided.
  coercion: 0.03,
} as const

export type RepairKind = keyof typeof repairCosts

/** One thing that was put right. `start` is a UTF-16 position in the text, `count` how often it was done. */
export interface Repair {
  readonly kind: RepairKind
  readonly message: string
  readonly start: number
  readonly count: number
}

/** A score from here up says that the text allows one reading. */
export const certain = 0.8

const messages: Readonly<Record<RepairKind, string>> = {
  prose: "there is text around the JSON",
  fence: "the JSON is inside a code fence",
  tag: "the JSON is inside or beside tags",
  invisible: "there are invisible characters or a byte order mark",
  comment: "there are comments",
  "trailing-comma": "there is a comma after the last item",
  quotes: "strings are not in double quotes",
  "unquoted-key": "field names are not quoted",
  literal: "literals are not those of JSON",
  number: "numbers are not written as JSON writes them",
  "raw-control": "line breaks or control characters in strings are not escaped",
  "missing-comma": "commas are missing between items",
  separator: "something else stands in place of a colon",
  collection: "tuples or sets stand in place of arrays",
  concatenation: "strings are joined by an operator",
  entities: "the JSON is written in HTML entities",
  "escaped-json": "the JSON is escaped as if it were inside a string",
  escape: "strings have escapes that JSON does not know",
  sequence: "several values follow each other and are read as an array",
  call: "a value is wrapped in a function call",
  "unquoted-value": "strings are not quoted",
  "unescaped-quote": "quotes inside strings are not escaped",
  "non-finite": "NaN or Infinity is read as null",
  "leading-zero": "a number has leading zeros",
  "extra-comma": "there are commas with nothing between them",
  "missing-colon": "colons are missing",
  "missing-quote": "strings are not closed",
  brackets: "brackets are missing, superfluous or of the wrong kind",
  "dropped-key": "a field without a value is left out",
  ellipsis: "items are left out and marked by dots",
  junk: "characters that belong to nothing are left out",
  placeholder: "a placeholder stands in place of a value",
  choice: "there are several JSON values, of which one is chosen",
  truncated: "the JSON ends before it is complete",
  fallback: "the JSON could only be guessed at",
  sentence: "a group in brackets stands inside a sentence, so it may be no JSON",
  coercion: "values are read as the schema asks",
}

/** Collects repairs by kind, so that a broken text of any length gives a short list. */
export class RepairLog {
  private readonly counts = new Map<RepairKind, { start: number; count: number }>()

  add(kind: RepairKind, start: number): void {
    const known = this.counts.get(kind)
    if (known === undefined) this.counts.set(kind, { start, count: 1 })
    else known.count++
  }

  has(kind: RepairKind): boolean {
    return this.counts.has(kind)
  }

  count(kind: RepairKind): number {
    return this.counts.get(kind)?.count ?? 0
  }

  get size(): number {
    return this.counts.size
  }

  addAll(other: RepairLog): void {
    for (const [kind, { start, count }] of other.counts) {
      const known = this.counts.get(kind)
      if (known === undefined) this.counts.set(kind, { start, count })
      else known.count += count
    }
  }

  copy(): RepairLog {
    const copy = new RepairLog()
    copy.addAll(this)
    return copy
  }

  list(): ReadonlyArray<Repair> {
    return [...this.counts].map(([kind, { start, count }]) => ({ kind, message: messages[kind], start, count }))
  }

  /** 1 without repairs. Each kind takes its cost once, and a little more for each repetition. */
  score(): number {
    let score = 1
    for (const [kind, { count }] of this.counts) {
      score *= 1 - repairCosts[kind]
      if (repairCosts[kind] >= 0.2) score *= Math.max(0.9, 1 - 0.01 * (count - 1))
    }
    return Number(score.toFixed(3))
  }
}
