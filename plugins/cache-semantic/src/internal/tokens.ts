import { Capitals, isCamel } from "./capitals.ts"
import { isJoining, Signs, signPattern, stopPattern } from "./signs.ts"
import { stem } from "./stem.ts"
import { unitNames, unitShort } from "./lexicon/units.ts"

export interface Token {
  /** The basic form, in lower case; of letters and small words that are names, as written; of numbers their digits; of code and quotations the text itself. */
  readonly base: string
  readonly said: string
  readonly kind: "word" | "number" | "quantity" | "literal" | "stop"
  readonly form: "past" | "participle" | "ing" | "more" | "most" | undefined
  /** A capital where a common word would have none. */
  readonly capital: boolean
  /** After an article. */
  readonly named: boolean
}

const patterns = [
  /```[\s\S]*?(?:```|$)|`[^`\n]+`/u, // code
  /"[^"\n]{1,400}"|[“„«][^”“»\n]{1,400}[”“»]|(?<![\p{L}\p{N}])['‘][^'’‘\n]{1,200}['’](?![\p{L}\p{N}])/u, // quotations
  /(?:https?:\/\/|www\.)\S*[^\s.,;:!?)]|[\w.+-]+@[\w-]+\.[\w.]+/u, // addresses
  /\d+(?:[-/.:]\d+){2,}|\d+[:/]\d+|v\d+(?:\.\d+)*/u, // dates, times, versions
  /[$€£¥]?(?:\d[\d,]*(?:\.\d+)?|(?<!\w)\.\d+)(?:%|°[CF]?|\p{L}[\p{L}\p{N}/]*)?/u, // numbers, with units
  /(?:[A-Za-z]\.){2,}|[A-Za-z]+(?:\+\+|#)(?!\w)|(?<!\w)\.?[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+(?:\(\))?|\w+\(\)|(?<!\w)--?[A-Za-z][\w-]*|(?<!\w)[/~.]+\/[\w./-]*[\w/-]|(?<!\w)\.[A-Za-z]\w*|\w*_\w+|[@#]\w+/u, // code words
  signPattern,
  /\p{L}[\p{L}\p{M}\p{N}]*(?:['’]\p{L}+)*['’]?/u, // words
  stopPattern,
  /[^\s]/u, // any other sign
]
const scanner = new RegExp(patterns.map(({ source }) => `(${source})`).join("|"), "gu")

const units: ReadonlyMap<string, string> = new Map(
  unitNames
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [name = "", ...words] = line.split(" ")
      return words.map((word): [string, string] => [word, name])
    }),
)

const numberWords: ReadonlyMap<string, string> = new Map(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    .split(" ")
    .map((word, value): [string, string] => [word, String(value)])
    .concat(
      "thirty forty fifty sixty seventy eighty ninety"
        .split(" ")
        .map((word, i): [string, string] => [word, String(i * 10 + 30)]),
      [
        ["hundred", "100"],
        ["thousand", "1000"],
        ["million", "1000000"],
        ["billion", "1000000000"],
        ["dozen", "12"],
      ],
    ),
)
const ordinals: ReadonlyMap<string, string> = new Map(
  "first second third fourth fifth sixth seventh eighth ninth tenth"
    .split(" ")
    .flatMap((word, i): Array<[string, string]> => [[`${i + 1}${["st", "nd", "rd"][i] ?? "th"}`, word]]),
)
const months: ReadonlyMap<string, string> = new Map(
  "jan january feb february mar march apr april jun june jul july aug august sep september sept september oct october nov november dec december mon monday tue tuesday tues tuesday wed wednesday thu thursday thurs thursday fri friday sat saturday sun sunday"
    .split(" ")
    .flatMap((word, i, all): Array<[string, string]> => (i % 2 === 0 ? [[word, all[i + 1] ?? word]] : [])),
)

const contractions: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  Object.entries({
    "won't": ["will", "not"],
    "can't": ["can", "not"],
    cannot: ["can", "not"],
    "shan't": ["shall", "not"],
    "ain't": ["is", "not"],
    "let's": ["let", "us"],
    whats: ["what", "is"],
    hows: ["how", "is"],
    wheres: ["where", "is"],
    whos: ["who", "is"],
    dont: ["do", "not"],
    cant: ["can", "not"],
    doesnt: ["does", "not"],
    isnt: ["is", "not"],
    didnt: ["did", "not"],
    wont: ["will", "not"],
    im: ["i", "am"],
    ive: ["i", "have"],
    gonna: ["going", "to"],
    wanna: ["want", "to"],
    gotta: ["have", "to"],
    gimme: ["give", "me"],
    u: ["you"],
    ur: ["your"],
    pls: ["please"],
    plz: ["please"],
  }),
)
const isShort = /^(what|who|where|when|why|how|that|it|here|there|he|she|which|this)'s$/

/** The words that a written word stands for. `'s` is left where it tells an owner. */
const expanded = (word: string): ReadonlyArray<string> => {
  const fixed = contractions.get(word)
  if (fixed !== undefined) return fixed
  const not = /^(.+)n't$/.exec(word)
  if (not !== null) return [not[1] ?? word, "not"]
  if (isShort.test(word)) return [word.slice(0, -2), "is"]
  const [, start = "", end = ""] = /^(.+)'(re|ve|ll|m|d)$/.exec(word) ?? []
  if (start !== "") return [start, { re: "are", ve: "have", ll: "will", m: "am", d: "would" }[end] ?? end]
  if (/^.+'s$/.test(word)) return [word.slice(0, -2), "'s"]
  return word.endsWith("'") ? [word.slice(0, -1), "'s"] : [word]
}

/** Amounts of data: a capital B is eight times a small one. */
const bytes = /^[kKMGTP]?i?[bB](?:ps|it|yte)?s?$/
/** Short for a day or a month only after a number or one of these: "the Sun", "the SAT". */
const doubleMonths = /^(?:sun|sat|wed|mar)$/
const beforeDays = /^(?:on|every|each|this|next|last|until|till|by|since)$/
const notOne = new Set("which the this that another no do does can should every any each a an to".split(" "))

type Add = (base: string, said: string, kind: Token["kind"], more?: Partial<Token>) => void

/** Takes a text apart, piece by piece. */
class Scan {
  readonly tokens: Array<Token> = []
  private readonly text: string
  private readonly signs: Signs
  private readonly capitals: Capitals
  private named = false
  /** A sentence begins here. */
  private fresh = true
  private before = ""

  constructor(text: string) {
    this.text = text
    this.signs = new Signs(text)
    this.capitals = new Capitals(text)
  }

  run(): ReadonlyArray<Token> {
    for (const match of this.text.matchAll(scanner)) {
      const [found] = match
      this.piece(
        found,
        match.slice(1).findIndex((group) => group !== undefined),
        match.index,
      )
    }
    return this.tokens
  }

  private readonly add: Add = (base, said, kind, more = {}) => {
    this.tokens.push({ base, said, kind, form: undefined, capital: false, named: this.named, ...more })
    this.named = false
    this.fresh = kind === "stop" && !/^[,]+$/.test(said)
  }

  /** `kind`: which of `patterns` has found it. */
  private piece(found: string, kind: number, index: number): void {
    if (kind === 1) addQuotation(found, this.add)
    else if (kind === 4) addNumber(found, this.add)
    else if (kind === 7) {
      if (isCamel(found)) this.add(found, found, "literal")
      else this.addText(found, index)
    } else if (kind === 8) this.add(found, found, this.signs.isMeant(found, index) ? "literal" : "stop")
    else if (found === "&" && isJoining(this.text, index)) this.addText("and", index)
    else if (found === "-" || found === "‐" || found === "/") this.addSign(found, index)
    else this.add(kind === 5 || kind === 0 ? found.replaceAll(/^`|`$/g, "") : found, found, "literal")
  }

  /** A hyphen or a slash between words only joins them; between numbers it is a sign. */
  private addSign(found: string, index: number): void {
    const sign = /\d/.test(this.text.charAt(index + 1)) && !/\p{L}/u.test(this.text.charAt(index - 1))
    if (this.tokens.at(-1)?.kind !== "word" || sign) this.add(found, found, "literal")
    else if (found === "/") this.addText("or", index)
  }

  /** A written word, which may stand for two: "don't". */
  private addText(raw: string, index: number): void {
    const alike = this.capitals.acronym(raw)
    if (alike !== undefined) return this.add(alike, raw, "word", { capital: true })
    const last = this.tokens.at(-1)
    if (last?.kind === "number" && bytes.test(raw)) {
      this.tokens.pop()
      return this.add(`${last.base} ${raw}`, `${last.said} ${raw}`, "quantity")
    }
    const lower = raw.toLowerCase().replaceAll("’", "'")
    const capital = this.capitals.isName(raw, index, this.fresh)
    const isLetter = this.capitals.isLetter(raw, index, this.fresh)
    const name = capital ? this.capitals.smallName(raw, index, last?.capital === true && last.base !== "'s") : undefined
    for (const [i, word] of expanded(lower).entries()) {
      if (i === 0 && (isLetter || name !== undefined)) this.add(name ?? "A", name ?? "A", "word", { capital: true })
      else if (word === "a" || word === "an" || word === "the") this.named = true
      else this.addWord(word, raw, word === lower ? raw : word, capital)
      this.before = word
    }
  }

  private addWord(word: string, raw: string, said: string, capital: boolean): void {
    const number = word === "one" && notOne.has(this.before) ? undefined : numberWords.get(word)
    if (number !== undefined) return this.add(number, word, "number")
    const last = this.tokens.at(-1)
    const isShort = last?.kind === "number" || (capital && (!doubleMonths.test(word) || beforeDays.test(this.before)))
    const month = isShort ? months.get(word) : undefined
    const { base, form } = stem(month ?? word)
    const unit = units.get(base) ?? (last?.kind === "number" ? unitShort.get(word) : undefined)
    if (last?.kind === "number" && unit !== undefined) {
      this.tokens.pop()
      this.add(`${last.base} ${unit}`, `${last.said} ${raw}`, "quantity")
    } else this.add(unit ?? base, said, "word", { form, capital })
  }
}

/** The tokens of a prompt. Articles are left out. */
export const tokensOf = (given: string): ReadonlyArray<Token> =>
  new Scan(given.replace(/\b(mt|mr|mrs|ms|dr|st|vs|etc|prof)\./gi, "$1")).run()

/** One quoted word is the same as that word without quotation marks. */
const addQuotation = (found: string, add: Add): void => {
  const inner = found
    .slice(1, -1)
    .trim()
    .replace(/[.,!?]$/, "")
    .replaceAll(/\s+/g, " ")
  add(/^\p{L}{2,}$/u.test(inner) ? inner.toLowerCase() : inner, found, "literal")
}

const addNumber = (found: string, add: Add): void => {
  const [, sign = "", digits = "", tail = ""] = /^([$€£¥]?)(\d[\d,]*(?:\.\d+)?|\.\d+)(.*)$/u.exec(found) ?? []
  const number = digits.replace(/,+$/, "").replace(/,(?=\d{3}(?!\d))/g, "")
  const unit =
    sign === ""
      ? bytes.test(tail)
        ? tail
        : (unitShort.get(tail.toLowerCase()) ?? units.get(stem(tail.toLowerCase()).base))
      : unitShort.get(sign)
  const ordinal = ordinals.get(`${number}${tail.toLowerCase()}`)
  if (ordinal !== undefined) add(ordinal, found, "word")
  else if (tail === "" && sign === "") add(plain(number), found, "number")
  else if (unit !== undefined && (sign === "" || tail === "")) add(`${plain(number)} ${unit}`, found, "quantity")
  else add(found.toLowerCase(), found, "number")
}

const plain = (number: string): string =>
  number.includes(".") ? number.replace(/0+$/, "").replace(/\.$/, "") : number.replace(/^0+(?=\d)/, "")
