/** What a claim is about: a subject that no evidence knows, or that the evidence's verb does not belong to. */
import type { Alignment } from "./align.ts"
import { canBeVerb, isNoun } from "./Lexicon.ts"
import type { Token, Unit } from "./Token.ts"

const auxiliary = new Set(
  "is are was were has have had will would can could may might must does did do should cannot isn't aren't wasn't weren't don't doesn't didn't won't can't".split(
    " ",
  ),
)

/** Words for a thing that was named before: "the company" is Acme. */
const general = new Set(
  "company firm business organization corporation group team club side government council authority agency city town village country nation state region area place site building house tower bridge structure church museum hotel restaurant book novel film movie song album painting work piece play story article report study trial paper survey research researcher scientist author writer artist man woman person people child user customer client patient participant employee staff worker member guest visitor traveler passenger student device phone laptop computer machine model car vehicle ship plane product tool library function method package service system app application software program database command option setting file drug medicine treatment vaccine disease illness animal bird fish plant tree species mountain river lake island sea ocean star planet event game match race tournament ceremony war battle treaty law act bill rule policy agreement project plan process dish recipe cake soup sauce dough mixture trip flight route train road thing item deal one".split(
    " ",
  ),
)

const isVerb = (token: Token, before: Token | undefined): boolean =>
  token.kind === "word" &&
  token.lower !== token.base &&
  !token.lower.endsWith("ing") &&
  canBeVerb(token.base) &&
  (!token.lower.endsWith("s") || !isNoun(token.base) || (before !== undefined && before.kind !== "function"))

/** Where the first verb stands, 0 where there is none. */
export const subjectEnd = ({ tokens }: Unit): number =>
  Math.max(
    0,
    tokens.findIndex((token, at) => at > 0 && (auxiliary.has(token.lower) || isVerb(token, tokens[at - 1]))),
  )

/** The words of a subject that nothing in the evidence goes with; none where a part of it is known. */
export const unknownSubject = (claim: Unit, strength: (at: number) => number): ReadonlyArray<string> => {
  const end = subjectEnd(claim)
  const subject = claim.content.filter((at) => at < end && (claim.tokens[at]?.weight ?? 0) >= 1)
  if (subject.length === 0 || subject.some((at) => strength(at) >= 0.5)) return []
  const nouns = subject.filter((at) => claim.tokens[at]?.kind === "word" && isNoun(claim.tokens[at]?.base ?? ""))
  const head = claim.tokens[nouns.at(-1) ?? -1]
  return head === undefined || general.has(head.base) ? [] : [head.text]
}

/** "The laptop" where only its name is told: it says little by itself. */
export const lightenGeneral = (claim: Unit, known: (token: Token) => boolean): void => {
  if (!/^(?:the|this|these|those)$/.test(claim.tokens[0]?.lower ?? "")) return
  const head = claim.tokens[claim.content.find((at) => at < subjectEnd(claim)) ?? -1]
  if (head?.kind === "word" && general.has(head.base) && !known(head)) head.weight = 0.3
}

/** Is the verb that the claim's subject goes with, in the evidence, the verb of another clause with its own subject? */
export const foreignVerb = (claim: Unit, evidence: Unit, aligned: Alignment): string | undefined => {
  const end = subjectEnd(claim)
  if (claim.tokens.some(({ lower }) => lower === "than")) return undefined
  const verb = aligned.get(end)
  const heads = claim.content.filter((at) => at < end && (claim.tokens[at]?.weight ?? 0) >= 1)
  const theirs = evidence.tokens[verb?.at ?? -1]
  if (verb === undefined || theirs === undefined || verb.strength < 0.85 || heads.length === 0) return undefined
  if (!canBeVerb(theirs.base)) return undefined
  const places = heads.flatMap((at) => {
    const match = aligned.get(at)
    return match !== undefined && match.strength >= 0.7 ? [match.at] : []
  })
  if (places.length === 0 || places.some((at) => evidence.tokens[at]?.clause === theirs.clause)) return undefined
  const opens = evidence.tokens.find(({ clause }) => clause === theirs.clause)
  if (!/^(?:and|but|while|whereas|or)$/.test(opens?.lower ?? "")) return undefined
  const own = evidence.tokens.findIndex(
    (token, at) =>
      token.clause === theirs.clause &&
      at < verb.at &&
      at >= verb.at - 4 &&
      token.weight >= 1 &&
      (token.kind === "name" || (token.kind === "word" && isNoun(token.base))),
  )
  const matched = [...aligned.values()].some((match) => match.at === own && match.strength > 0)
  return own < 0 || matched ? undefined : `said of "${evidence.tokens[own]?.text}"`
}
