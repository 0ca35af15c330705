const patterns: ReadonlyArray<RegExp> = [
  /\b(?:i(?:'m| am) (?:sorry|afraid)|i apologi[sz]e|unfortunately),? (?:but )?(?:i|we) (?:can(?:no|')t|can not|am not able|are not able|won't|am unable|must decline|do not|don't)\b/i,
  /\bi (?:can(?:no|')t|can not|won't|will not|am unable to|am not able to|must decline to|have to decline to|refuse to) (?:help|assist|provide|answer|comply|fulfil?l|do that|discuss|generate|create|write|give|share|support|continue|engage|participate)\b/i,
  /\bas an? (?:ai|artificial intelligence|large language model|language model)\b[^.]{0,60}\b(?:can(?:no|')t|can not|unable|not able|do not|don't)\b/i,
  /\b(?:against|violates?) (?:my|our|the) (?:guidelines|policy|policies|programming|terms|content policy)\b/i,
  /\bi (?:do not|don't) (?:have|know|feel comfortable)\b[^.]{0,40}\b(?:information|answer|access|comfortable|that)\b/i,
  /\b(?:ich kann (?:dabei|dir|ihnen|das) (?:leider )?nicht|je ne peux pas (?:vous|t')? ?aider|no puedo ayudar|lo siento, (?:pero )?no puedo|não posso ajudar)\b/i,
]

/** Does the answer refuse, or say that it does not know, instead of answering? Only what stands at its beginning counts. */
export const refuses = (answer: string): boolean => {
  const opening = answer.replaceAll("’", "'").slice(0, 300)
  const words = answer.split(/\s+/).length
  return words < 150 && patterns.some((pattern) => pattern.test(opening))
}
