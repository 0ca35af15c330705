import * as lists from "./lexicon/wordLists.ts"
import { isAction } from "./phrases.ts"
import type { Concept } from "./Reading.ts"
import type { Item } from "./rewrite.ts"

/** Verbs after which "to" tells where to, and not what for. */
const directed = new Set(
  "convert translate migrate switch move change travel ship send transfer connect add upgrade downgrade fly drive go come bring map compare export import return subtract get walk train distance flight bus from".split(
    " ",
  ),
)
const sameRole: Readonly<Record<string, string>> = {
  into: "to",
  onto: "to",
  via: "using",
  through: "using",
  inside: "in",
  at: "in",
  on: "in",
  upon: "in",
}

/** Before these a comma may stand or not. */
const parting = /^(?:and|or|but|vs|if|when|because|while|unless|so|then|please|such|like|for|in|with|using)$/
/** "Without this sentence": they stand before what the preposition is for. */
const modals = /^(?:should|can|must|would|might|will)$/
const owners = /^(?:my|your|his|her|its|our|their)$/
const days = /^(?:today|tomorrow|yesterday|tonight)$/
const pointers = /^(?:this|that|these|those)$/
const clauses = /^(?:because|if|when|unless|although|while)$/
const quantifiers = /^(?:all|some|any|both|only|many|more|most|less|least|at least|at most|just|even|always)$/
const binders = /^(?:more|most|less|least|more than|less than|at least|at most|all|only)$/

type Draft = { -readonly [K in keyof Concept]: Concept[K] }

/** Goes from word to word and remembers under which preposition it is. */
class Walk {
  readonly concepts: Array<Draft> = []
  /** `if`, `when`, `because` within such a clause. */
  private clause = "core"
  private role = "core"
  private joined = false
  private phrase = 0
  private part = 0
  private prepositions = 1
  private parted = false
  private afterPreposition = false
  private pending: Draft | undefined
  /** A "not" whose verb is still to come. */
  private denial: Draft | undefined

  private readonly items: ReadonlyArray<Item>
  constructor(items: ReadonlyArray<Item>) {
    this.items = items
  }

  run(): ReadonlyArray<Concept> {
    this.items.forEach((item, at) => this.step(item, at))
    return this.concepts
  }

  private step(item: Item, at: number): void {
    const { name, token } = item
    if (token.kind === "stop" && name === token.base) {
      this.clause = "core"
      this.denial = undefined
      this.part++
      this.parted ||= /[,;:.!?…—–(]/.test(name) && this.concepts.length > 0
      return this.leave()
    }
    const isFrame = name.startsWith("@") && token.kind !== "literal"
    if (isFrame && this.concepts.length > 0) this.part++
    if (isFrame || parting.test(name)) this.parted = false
    if (isFrame) return this.leave()
    if (name === "'s") return this.owner()
    if ((token.kind === "word" || item.phrase) && this.isSmall(item, at)) return
    const action = isAction(name)
    if (action && this.role !== this.clause && !this.afterPreposition && !token.named) this.leave()
    if (days.test(name) && !this.afterPreposition) this.leave()
    const kind =
      token.kind === "number" || token.kind === "quantity" ? "number" : token.kind === "literal" ? "literal" : "word"
    this.add(item, kind, this.role, kind === "number" || binders.test(name), action)
    // "The evolution of" is one phrase; what follows is still after "of".
    if (item.phrase && token.base === "of") this.enter("of", at)
  }

  /** Words that say how the others belong together. */
  private isSmall(item: Item, at: number): boolean {
    const { name } = item
    const before = this.items[at - 1]?.name.startsWith("@") === true
    if (name === "and" || name === "vs") this.joined = true
    else if (name === "or") {
      this.add(item, "marker", "core")
      this.joined = true
    } else if (lists.prepositions.has(name)) this.preposition(item, at)
    else if ((name === "some" || name === "any") && before) return true
    else if ((name === "do" || name === "have") && !this.isAuxiliary(name, at)) this.add(item, "word", this.role)
    else if (lists.empty.has(name)) {
      if (lists.boundaries.has(name) && !(this.afterPreposition && pointers.test(name))) this.leave()
    } else if (modals.test(name)) {
      this.leave()
      this.add(item, "marker", "core")
    } else if (lists.negations.has(name))
      this.add({ ...item, name: name === "no" ? "not" : name }, "marker", "core", true)
    else if (lists.pronouns.has(name)) this.add(item, "pronoun", this.role)
    else if (clauses.test(name)) {
      this.clause = name === "while" ? "when" : name
      this.leave()
      this.add({ ...item, name: this.clause }, "marker", this.clause)
    } else return false
    return true
  }

  /** "Why doesn't the server start": what is denied is the verb. */
  private deny(verb: string): void {
    if (this.denial !== undefined) this.denial.binds = verb
    this.denial = undefined
  }

  private leave(): void {
    this.role = this.clause
    this.phrase = 0
    this.joined = false
    this.afterPreposition = false
  }

  private add(item: Item, kind: Concept["kind"], role: string, binding = false, action = false): void {
    const at = item.token
    const draft: Draft = {
      name: item.name,
      said: at.said,
      role,
      kind,
      action,
      verbal: action && !at.named && (at.form !== undefined || item.phrase),
      part: this.part,
      named: at.named,
      phrase: role === "core" ? 0 : this.phrase,
      joined: this.joined,
      parted: this.parted,
      binds: undefined,
      phrased: item.phrase,
      capital: at.capital,
      first: false,
    }
    if (this.pending !== undefined && kind !== "marker") {
      this.pending.binds = item.name
      this.pending = undefined
    }
    if (action) this.deny(item.name)
    if (quantifiers.test(item.name)) this.denial = undefined
    this.concepts.push(draft)
    if (binding) this.pending = draft
    if (binding && draft.name === "not") this.denial = draft
    this.joined = false
    this.parted = false
    // "From my plan": what the preposition is for is still to come.
    this.afterPreposition &&= owners.test(item.name)
  }

  /** "France's": the word before stands as after "of". */
  private owner(): void {
    const last = this.concepts.at(-1)
    if (last !== undefined && last.role === "core" && !days.test(last.name)) last.role = "of"
  }

  private preposition(item: Item, at: number): void {
    const { name } = item
    const next = this.items[at + 1]
    const ends =
      next === undefined ||
      next.token.kind === "stop" ||
      next.name.startsWith("@") ||
      (lists.prepositions.has(next.name) && next.name !== "than")
    if (ends || (lists.particles.has(name) && !lists.prepositions.has(name))) {
      if (!/^(?:of|in|at|as)$/.test(name)) this.add({ ...item, name: `${name}…` }, "marker", "core")
      return
    }
    if (name === "to" && !next.token.named && !this.isDirected() && (isAction(next.name) || this.isObject(at + 2)))
      return this.leave()
    // "Needed for laying tiles" is needed to lay them.
    if (name === "for" && isAction(next.name) && next.token.form === "ing") return this.leave()
    this.enter(sameRole[name] ?? name, at)
  }

  private enter(role: string, at: number): void {
    this.phrase = at === 0 ? 1 : ++this.prepositions
    this.role = role
    this.joined = false
    this.afterPreposition = true
  }

  /** "Do" and "have" may only help another verb, or be the verb themselves. */
  private isAuxiliary(name: string, at: number): boolean {
    const next = this.items[at + 1]
    const before = this.items[at - 1]
    if (next === undefined || next.token.kind === "stop") return false
    if (name === "do") return before?.name !== "@howto" && before?.name !== "to"
    return this.items.slice(at + 1, at + 4).some(({ token }) => token.form === "past" || token.form === "participle")
  }

  /** "To force me", "to see the house": what is done is followed by what it is done to. */
  private isObject(at: number): boolean {
    const item = this.items[at]
    return item !== undefined && item.token.kind === "word" && (item.token.named || lists.pronouns.has(item.name))
  }

  private isDirected(): boolean {
    return this.concepts.some(({ name, role }) => directed.has(name) || role === "from")
  }
}

export const conceptsOf = (items: ReadonlyArray<Item>): ReadonlyArray<Concept> => new Walk(items).run()
