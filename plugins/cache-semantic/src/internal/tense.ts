import { isAction } from "./phrases.ts"
import type { Reading } from "./Reading.ts"
import type { Token } from "./tokens.ts"

/** "Is it raining": now, where "does it rain" is about any time. */
const isGoingOn = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  tokens[at]?.base === "be" &&
  /^(?:i|you|he|she|it|we|they)$/.test(tokens[at + 1]?.base ?? "") &&
  tokens[at + 2]?.form === "ing" &&
  tokens[at + 3]?.base !== "to"

/** The tense of the main sentence. */
export const tenseOf = (tokens: ReadonlyArray<Token>, byVerb: boolean): Reading["tense"] => {
  let [past, perfect, future, present] = [false, false, false, false]
  let [mainPast, haveAt, aside] = [false, -9, false]
  tokens.forEach(({ base, form, said, kind }, at) => {
    // When that was or is, another word tells.
    aside = kind !== "stop" && (aside || base === "after" || base === "before")
    if (kind !== "word" || aside) return
    const isAuxiliary = base === "be" || base === "do" || base === "have"
    if (isAuxiliary && form === "past") past = true
    else if (isAuxiliary && form === undefined && said !== "be" && said !== "have") present = true
    else if (base === "will" || base === "shall" || (/^going$/i.test(said) && tokens[at + 1]?.base === "to"))
      future = true
    else if (/^(?:can|could|should|would|may|might|must)$/.test(base)) present = true
    else if (form === "past" && !tokens[at]?.named) mainPast = true
    if (base === "have" && form !== "past") haveAt = at
    if ((form === "past" || form === "participle") && base !== "have" && at - haveAt <= 4) perfect = true
  })
  if (past) return "past"
  if (tokens.some((_, at) => isGoingOn(tokens, at))) return "progressive"
  if (perfect && byVerb) return "perfect"
  if (future) return "future"
  const [opening] = tokens
  // "List the tools needed": of a task, a past form tells of which things.
  const asks = tokens.slice(1).some(({ base }) => /^(?:what|who|when|where|why|how)$/.test(base))
  const isTask =
    opening !== undefined &&
    (/^(?:list|name|give|tell|explain|describe|show|summarize)$/.test(opening.base) ? !asks : isAction(opening.base))
  return byVerb && mainPast && !present && !isTask ? "past" : "present"
}
