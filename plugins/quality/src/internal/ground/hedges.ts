import type { Token } from "./Token.ts"

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

const hedge = set(
  "may might could would possibly perhaps probably likely potential potentially maybe plan plans planned planning propose proposes proposed proposal consider considers considered considering expect expects expected intend intends intended hope hopes hoped aim aims aimed seek seeks want wants wanted wish try tries tried attempt attempts attempted allegedly alleged reportedly rumored rumoured believed speculated forecast predicted projected deny denies denied should recommended suggested könnte vielleicht pourrait podría",
)
const freeing = set(
  "can allow allows allowed permit permits permitted able possible option optional optionally choose eligible capable opportunity",
)
const strong = set(
  "must shall require requires required mandatory compulsory obligatory obliged need needs always guarantee guarantees guaranteed guaranteed",
)

/** Marks what is only possible, planned or said by somebody. It ends where a new clause begins. */
export const markHedges = (tokens: ReadonlyArray<Token>): void => {
  let until = -1
  for (const token of tokens) {
    if (hedge.has(token.lower) && token.kind !== "name" && token.kind !== "day") until = token.clause
    else if (token.clause === until) token.hedged = true
  }
}

export const saysPossible = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some(
    (token) => (hedge.has(token.lower) || freeing.has(token.lower)) && token.kind !== "name" && token.kind !== "day",
  )

/** "will" in the claim, and in the evidence "said it would". */
export const saysFuture = (claim: ReadonlyArray<Token>, evidence: ReadonlyArray<Token>): boolean =>
  claim.some(({ lower }) => lower === "will" || lower === "won't") &&
  evidence.some(({ lower }) => lower === "would") &&
  evidence.every(({ lower }) => lower === "would" || !hedge.has(lower))

const advice = set("should recommended suggested")

/** The same without advice. */
export const saysMay = (tokens: ReadonlyArray<Token>): boolean =>
  saysPossible(tokens.filter(({ lower }) => !advice.has(lower)))

/** "must" in the claim, and in the evidence "should": both say what to do. */
export const advises = (claim: ReadonlyArray<Token>, evidence: ReadonlyArray<Token>): boolean =>
  saysMust(claim) && evidence.every(({ lower }) => advice.has(lower) || !hedge.has(lower))

export const saysMust = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some((token, at) => strong.has(token.lower) && token.negation === 0 && tokens[at + 1]?.lower !== "not")

const universal = set(
  "all every always each entire whole any everyone everybody everything invariably completely entirely fully exclusively toutes tous alle todos todas",
)
const partial = set(
  "some most many several few often usually sometimes majority partly partially generally typically mostly occasionally certain part limited selected rarely seldom minority einige manche algunos certains",
)
const scarce = set("few rarely seldom minority hardly little")
const plenty = set("most many majority often usually all every always frequently mostly")

const has = (tokens: ReadonlyArray<Token>, words: ReadonlySet<string>) => tokens.some((token) => words.has(token.lower))

/** Does the claim say of all what the evidence says of some, or of many what it says of few? */
export const overstates = (claim: ReadonlyArray<Token>, evidence: ReadonlyArray<Token>): boolean => {
  if (has(claim, universal) && !has(claim, partial) && has(evidence, partial) && !has(evidence, universal)) return true
  if (
    has(claim, universal) &&
    evidence.some((token, at) => token.lower === "not" && universal.has(evidence[at + 1]?.lower ?? ""))
  )
    return true
  return (
    (has(claim, plenty) && has(evidence, scarce) && !has(evidence, plenty)) ||
    (has(claim, scarce) && has(evidence, plenty) && !has(evidence, scarce))
  )
}

const restricting = set("only solely exclusively nur seulement solo")

/** "only" in the claim and nowhere in the evidence. */
export const restricts = (claim: ReadonlyArray<Token>, evidence: ReadonlyArray<Token>): boolean =>
  has(claim, restricting) &&
  !has(evidence, restricting) &&
  !has(evidence, set("just sole single limited restricted except unless"))
