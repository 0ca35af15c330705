/** A word that carries meaning. */
export interface Concept {
  /** What stands for it and for all its synonyms. */
  readonly name: string
  /** As it was written. */
  readonly said: string
  /** The preposition that it stands under; `core` under none. */
  readonly role: string
  readonly kind: "word" | "number" | "literal" | "pronoun" | "marker"
  readonly action: boolean
  /** A participle or a noun of a verb, which may stand behind what it is done to ("list sorting"). */
  readonly verbal: boolean
  /** Which part of the text it stands in; stops and frames part them. */
  readonly part: number
  /** Which preposition of the text it stands under: 1 for one that begins the text, the others from 2; 0 for none. */
  readonly phrase: number
  /** Joined to the concept before it by "and" or "or". */
  readonly joined: boolean
  /** A comma or the end of a sentence is before it: "let's eat, grandma". */
  readonly parted: boolean
  /** What a number or a "not" belongs to: the concept after it. */
  readonly binds: string | undefined
  /** A phrase of several words, not a single one. */
  readonly phrased: boolean
  readonly capital: boolean
  /** After an article. */
  readonly named: boolean
  /** Begins a sentence, so that its capital tells nothing. */
  readonly first: boolean
}

/** What a prompt asks, as far as it was understood. */
export interface Reading {
  /** `@howto`, `@when`, `@yesno`, `@task` … */
  readonly type: string
  /** `any`: nothing in it tells. */
  readonly tense: "any" | "past" | "perfect" | "progressive" | "future" | "present"
  readonly concepts: ReadonlyArray<Concept>
  /** What may be missing on the other side: `~year` of "in what year". */
  readonly soft: ReadonlySet<string>
  /** Every word in its order, in lower case, for texts that are not English and for those that are the same. */
  readonly words: string
  /** Prompts that the guard lets stand for each other have the same; others may. */
  readonly signature: string
  readonly foreign: boolean
  /** It is about words, so that one may not stand for another. */
  readonly verbatim: boolean
}
