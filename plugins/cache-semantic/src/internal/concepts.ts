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

const clauses = /^(?:because|if|when|unless|although|while)$/
const binders = /^(?:more|most|less|least|more than|less than|at least|at most|all|only)$/

type Draft = { -readonly [K in keyof Concept]: Concept[K] }

/** Goes from word to word and remembers under which preposition it is. */
class Walk {
  readonly concepts: Array<Draft> = []
  /** `if`, `when`, `because` within such a clause. */
  private clause = "core"
  private role = "core"
  private joined = false
  private afterPreposition = false
  private pending: Draft | undefined

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
      return this.leave()
    }
    if (name.startsWith("@")) return this.leave()
    if (name === "'s") return this.owner()
    if (token.kind === "word" || item.phrase) {
      if (name === "and" || name === "vs") return void (this.joined = true)
      if (name === "or") {
        this.add(item, "marker", "core")
        this.joined = true
        return
      }
      if (lists.prepositions.has(name)) return this.preposition(item, at)
      if ((name === "some" || name === "any") && this.items[at - 1]?.name.startsWith("@") === true) return
      if ((name === "do" || name === "have") && !this.isAuxiliary(name, at)) return this.add(item, "word", this.role)
      if (lists.empty.has(name)) return lists.boundaries.has(name) ? this.leave() : undefined
      if (
        name === "should" ||
        name === "can" ||
        name === "must" ||
        name === "would" ||
        name === "might" ||
        name === "will"
      ) {
        this.leave()
        return this.add(item, "marker", "core")
      }
      if (lists.negations.has(name))
        return this.add({ ...item, name: name === "no" ? "not" : name }, "marker", "core", true)
      if (lists.pronouns.has(name)) return this.add(item, "pronoun", this.role)
      if (clauses.test(name)) {
        this.clause = name === "while" ? "when" : name
        this.leave()
        return this.add({ ...item, name: this.clause }, "marker", this.clause)
      }
    }
    const action = isAction(name)
    if (action && this.role !== this.clause && !this.afterPreposition && !token.named) this.leave()
    const kind =
      token.kind === "number" || token.kind === "quantity" ? "number" : token.kind === "literal" ? "literal" : "word"
    this.add(item, kind, this.role, kind === "number" || binders.test(name), action)
  }

  private leave(): void {
    this.role = this.clause
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
      verbal: action && (at.form !== undefined || item.phrase),
      joined: this.joined,
      binds: undefined,
      capital: at.capital,
      first: false,
    }
    if (this.pending !== undefined && kind !== "marker") {
      this.pending.binds = item.name
      this.pending = undefined
    }
    this.concepts.push(draft)
    if (binding) this.pending = draft
    this.joined = false
    this.afterPreposition = false
  }

  /** "France's": the word before stands as after "of". */
  private owner(): void {
    const last = this.concepts.at(-1)
    if (last !== undefined && last.role === "core") last.role = "of"
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
    if (name === "to" && isAction(next.name) && !next.token.named && !this.isDirected()) return this.leave()
    this.role = sameRole[name] ?? name
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

  private isDirected(): boolean {
    return this.concepts.some(({ name, role }) => directed.has(name) || role === "from")
  }
}

export const conceptsOf = (items: ReadonlyArray<Item>): ReadonlyArray<Concept> => new Walk(items).run()
