import { actionGroups } from "./lexicon/actions.ts"
import { commonActions } from "./lexicon/commonActions.ts"
import { commonThings } from "./lexicon/commonThings.ts"
import { everydayActions, everydayQualities } from "./lexicon/everydayActions.ts"
import { everydayThings } from "./lexicon/everydayThings.ts"
import { frames } from "./lexicon/frames.ts"
import { qualityGroups } from "./lexicon/qualities.ts"
import { thingGroups } from "./lexicon/things.ts"
import { verbs } from "./lexicon/verbs.ts"
import { tokensOf, type Token } from "./tokens.ts"

interface Node {
  readonly next: Map<string, Node>
  /** What stands for the phrase that ends here: words, kinds of question (`@…`), or nothing (`_`). */
  stands?: ReadonlyArray<string>
}

export interface Phrase {
  readonly stands: ReadonlyArray<string>
  readonly length: number
}

const node = (): Node => ({ next: new Map() })

/** Words of frames that may come anywhere; the others frame a question only where a part of the text begins. */
const anywhere =
  /^(?:how|what|which|who|whom|whose|why|when|where|please|kindly|actually|basically|exactly|really|precisely|just|thank)$/

interface Phrases {
  readonly root: Node
  readonly starters: ReadonlySet<string>
  /** Names of groups of verbs. */
  readonly actions: ReadonlySet<string>
  /** All verbs of one word that are in them. */
  readonly verbs: ReadonlySet<string>
}

const groupsOf: ReadonlyArray<readonly [groups: string, areActions: boolean]> = [
  [commonThings, false],
  [commonActions, true],
  [everydayQualities, false],
  [everydayActions, true],
  [everydayThings, false],
  [qualityGroups, false],
  [actionGroups, true],
  [thingGroups, false],
]

const basesOf = (phrase: string): ReadonlyArray<string> => tokensOf(phrase).map(({ base }) => base)

/** Puts a phrase into the tree, and gives its words. */
const put = (root: Node, phrase: string, stands: ReadonlyArray<string>): ReadonlyArray<string> => {
  const words = basesOf(phrase)
  let at = root
  for (const word of words) {
    const next = at.next.get(word) ?? node()
    at.next.set(word, next)
    at = next
  }
  if (words.length > 0) at.stands = stands
  return words
}

const compiled = (): Phrases => {
  const root = node()
  const starters = new Set<string>()
  const actions = new Set<string>()
  const known = new Set(verbs)
  for (const [groups, areActions] of groupsOf)
    for (const line of groups.trim().split("\n")) {
      const members = line.split(",").map((member) => member.trim())
      const name = basesOf(members[0] ?? "").join(" ")
      if (areActions) actions.add(name)
      for (const member of members) {
        const [only = "", ...more] = put(root, member, [name])
        if (areActions && more.length === 0) known.add(only)
      }
    }
  for (const verb of verbs) actions.add(basesOf(verb)[0] ?? verb)
  for (const line of frames.trim().split("\n")) {
    const [stands = "", phrases = ""] = line.split("<-")
    const output = stands.trim().split(/ (?=[@~])|(?<=^@\w+) /)
    const framing = /^[@_]/.test(stands) || stands.startsWith("explain") || stands.startsWith("translate")
    for (const phrase of phrases.split(",")) {
      const [only = "", ...more] = put(root, phrase, output)
      if (framing && only !== "" && more.length === 0 && !anywhere.test(only)) starters.add(only)
    }
  }
  return { root, starters, actions, verbs: known }
}

let phrases: Phrases | undefined
const table = (): Phrases => (phrases ??= compiled())

export const isAction = (name: string): boolean => table().actions.has(name)

export const isVerb = (base: string): boolean => table().verbs.has(base)

/** The longest phrase that begins at a token. `begins`: a part of the text begins here. */
export const phraseAt = (tokens: ReadonlyArray<Token>, at: number, begins: boolean): Phrase | undefined => {
  const { root, starters } = table()
  let found: Phrase | undefined
  let here: Node | undefined = root
  for (let i = at; i < tokens.length; i++) {
    const token = tokens[i]
    if (token === undefined || token.kind === "stop") break
    here = here.next.get(token.base)
    if (here === undefined) break
    if (here.stands !== undefined && (begins || i > at || !starters.has(token.base)))
      found = { stands: here.stands, length: i - at + 1 }
  }
  return found
}
