import { isVerb } from "./phrases.ts"
import type { Concept } from "./Reading.ts"
import type { Token } from "./tokens.ts"

const modals = /^(?:can|could|should|might|may)$/
/** Their past forms are as their basic ones. */
const unmarked = /^(?:read|put|set|cut|shut|split|cast|hit|run|come)$/
/** "Diamonds are formed" and "diamonds form": nobody does it. */
const happens = /^(?:form|develop|evolve|spread|arise)$/

const isDone = ({ form, base }: Token): boolean =>
  (form === "past" || form === "participle" || unmarked.test(base)) && !happens.test(base)

/** Not "line by line", "by hand", "by using". */
const isBySomebody = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  tokens[at]?.base === "by" &&
  tokens[at - 1]?.base !== tokens[at + 1]?.base &&
  tokens[at + 1]?.form !== "ing" &&
  tokens[at + 1]?.base !== "hand"

/**
 * What whoever asks is to do, where it is said in the passive: "how can a file be read", "how is coffee made". Not how it
 * was made, nor how it is made by somebody.
 */
export const passiveVerb = (tokens: ReadonlyArray<Token>): Token | undefined => {
  if (tokens[0]?.base !== "how" || tokens.some((_, at) => isBySomebody(tokens, at))) return undefined
  const modal = tokens.findIndex(({ base }) => modals.test(base))
  const be = tokens.findIndex(({ base }, at) => at > modal && base === "be")
  if (modal > 0) return be > 0 ? tokens.slice(be + 1, be + 3).find(isDone) : undefined
  const isPresent = be === 1 && tokens[1]?.form === undefined
  return isPresent ? tokens.slice(3).findLast((token) => isDone(token) && isVerb(token.base)) : undefined
}

/** The verb stands where it does in the active. */
export const asActive = (concepts: ReadonlyArray<Concept>, verb: Token): ReadonlyArray<Concept> => {
  const done = concepts.find(({ said }) => said === verb.said)
  return done === undefined ? concepts : [done, ...concepts.filter((other) => other !== done)]
}

/** "Can I be fired" is not "can I fire": it is done to whoever asks. */
export const isDoneTo = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some(
    ({ said }, at) =>
      said.toLowerCase() === "be" &&
      /^(?:i|you|we|he|she|they|to|not)$/.test(tokens[at - 1]?.base ?? "") &&
      /^(?:past|participle)$/.test(tokens[at + 1]?.form ?? ""),
  )
