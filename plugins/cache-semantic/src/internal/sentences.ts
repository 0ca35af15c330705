import type { Token } from "./tokens.ts"

const askers = /^(?:who|whom|whose|what|which|when|where|why|how|whether|if|any|anyone|anybody)$/
const auxiliaries = /^(?:be|do|have|can|could|should|would|will|may|might|must|shall)$/
const leading = /^(?:and|or|but|so|then|also|please|hi|hello|hey|ok|okay|well|now|not)$/
const subjects = /^(?:i|you|he|she|it|we|they)$/

/** Told by its words: "when is it", "is it", and a part after a comma ("In Python, is it"). */
const asksByWords = (sentence: ReadonlyArray<Token>): boolean => {
  let begins = true
  for (const { base, kind } of sentence) {
    if (askers.test(base) || (begins && auxiliaries.test(base))) return true
    begins = kind === "stop" || (begins && leading.test(base))
  }
  return false
}

const tells = (sentence: ReadonlyArray<Token>): boolean =>
  sentence.some(
    ({ base, form, kind }) =>
      kind === "word" && (auxiliaries.test(base) || subjects.test(base) || form === "past" || form === "participle"),
  )

/** A sentence that only its mark makes a question: "You are ready?", and "Stop?" where more is said. */
export const isAskedByMark = (tokens: ReadonlyArray<Token>): boolean => {
  let sentence: Array<Token> = []
  return tokens.some((token, at) => {
    sentence.push(token)
    if (token.kind !== "stop" || !/[.!?…]/.test(token.said)) return false
    const [told, whole] = [sentence, sentence.length === tokens.length && at === tokens.length - 1]
    sentence = []
    return token.said.includes("?") && !asksByWords(told) && (!whole || tells(told))
  })
}
