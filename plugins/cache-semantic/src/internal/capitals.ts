import * as double from "./lexicon/doubleNames.ts"

/** Small words, unless they are written so. */
const acronyms = new Map([
  ["IT", "IT"],
  ["US", "usa"],
  ["WHO", "WHO"],
])

/** Small in a title. */
const minor = /^(?:an?|the|and|or|nor|but|of|in|on|at|to|for|with|from|by|as|vs|via|per|into|I)$/
/** A capital on one of these, within a sentence, is that of a title. */
const small =
  /^(?:Is|Are|Was|Were|Do|Does|Did|Can|Could|Should|Would|Will|Has|Have|Be|How|What|Why|When|Where|Who|Which|My|Your|You|It|This|That|Me|Not)$/

const isTitle = (text: string): boolean => {
  const [, ...rest] = text.match(/\p{L}[\p{L}\p{M}\p{N}'’]*/gu) ?? []
  const words = rest.filter((word) => !minor.test(word))
  return (
    words.every((word) => /\p{Lu}/u.test(word)) &&
    (words.length > 3 || (words.length > 1 && words.some((word) => small.test(word))))
  )
}

/** What no article stands before: an end, another article, an operator, what is told of a letter. */
const endsHere = /^(?:\s*(?:$|[?!,;:)\]…]|\.(?!\w))|["”'’]|[-+*/=<>^&#])/
const operates = /^\s+[-+*/=<>^&|%]{1,3}\s*(?:\p{L}(?!\w)|[\d(])/u
const goesOn =
  /^\s+(?:is|are|was|were|has|does|did|had|and|or|vs|equals|an?|the|in|of|on|at|into|onto|over|under|after|above|against|along|among|until|upon)(?![\w-])(?!\s+(?:gate|operator|statement|keyword|clause|condition)s?\b)|^\s+do[\s?.!]*$/i

/** "A Christmas Carol", where it does not follow on a name or on what letters tell apart ("vitamin A Deficiency"). */
const opensTitle = /^\s+\p{Lu}[\p{Ll}'’]/u
const inTitle =
  /(?:(?:^|[\s"“(])(?:\p{Ll}\S*|Of|Is|Upon|With|From|Like|For|In|On|The|By|And|Such|Not)|\bTo \p{Lu}\p{Ll}+)[\s"“(]+$/u
const label = new RegExp(`(?:^|\\s)(?:${double.labelled})\\s+$`, "i")

/** Words without a meaning of their own that are names where they stand with a capital and alone. */
const names = /^(?:Will|May|It|Us|Her|She|Him|He|They|Them|Me|Who|Up|If|Yes)(?=$|['’]s$)/
const isShouted = /^\p{Lu}{2,}$/u

const around = 32

/** Tells the capitals of names from those that begin a sentence or are in a title. */
export class Capitals {
  /** A text in capitals, or each of whose words has one: they tell nothing. */
  private readonly isPlain: boolean
  private readonly hasSmall: boolean
  private readonly text: string

  constructor(text: string) {
    this.text = text
    this.hasSmall = /\p{Ll}/u.test(text)
    this.isPlain = !this.hasSmall || isTitle(text)
  }

  /** What an acronym stands for that is also a small word: "IT", "US". */
  acronym(raw: string): string | undefined {
    return this.hasSmall ? acronyms.get(raw) : undefined
  }

  /** A capital where a common word would have none. `fresh`: a sentence begins here. */
  isName(raw: string, index: number, fresh: boolean): boolean {
    if (this.hasSmall && isShouted.test(raw)) return true
    return /^\p{Lu}/u.test(raw) && !this.isPlain && !fresh && !this.beginsLine(index)
  }

  /** "A" and "a" as a letter ("plan A", "is a a subset of b"), not as an article. */
  isLetter(raw: string, index: number, fresh: boolean): boolean {
    if (!/^[Aa](?:$|['’])/.test(raw)) return false
    const after = this.after(raw, index)
    if (raw.length > 1 || endsHere.test(after) || operates.test(after) || goesOn.test(after)) return true
    if (!this.isName(raw, index, fresh)) return false
    const before = this.before(index)
    return label.test(before) || !opensTitle.test(after) || !inTitle.test(before)
  }

  /** "Who is Will", "who wrote It": the name, as it is written. `besideName`: the word before is a name. */
  smallName(raw: string, index: number, besideName: boolean): string | undefined {
    return besideName || /^\s+\p{Lu}\p{L}/u.test(this.after(raw, index)) ? undefined : names.exec(raw)?.[0]
  }

  private before(index: number): string {
    return this.text.slice(Math.max(0, index - around), index)
  }

  private after(raw: string, index: number): string {
    return this.text.slice(index + raw.length, index + raw.length + around)
  }

  private beginsLine(index: number): boolean {
    return /(?:^|\n)[\s\-*•>\d.)]*$/.test(this.before(index))
  }
}

const knownCamel =
  /^(JavaScript|TypeScript|PostgreSQL|YouTube|LinkedIn|GitHub|GitLab|PowerPoint|WhatsApp|PayPal|MySQL|GraphQL|WordPress|TikTok|ChatGPT|MacBook|AirPods|OneDrive|DevOps|eBay|FaceTime|OpenAI|MongoDB|NoSQL|SQLite|McDonald|IoT|JavaScripts?|NumPy|PyTorch|TensorFlow|BitCoin)$/i

/** A capital within a word: a name in code, unless it is that of a product. */
export const isCamel = (found: string): boolean =>
  /\p{Ll}\p{Lu}/u.test(found) && !/['’]/.test(found) && !/^(?:i[PM]|Mc|Mac)/.test(found) && !knownCamel.test(found)
