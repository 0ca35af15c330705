import { baseForm } from "../text/lemma.ts"
import { isAdjective, isListed } from "./Lexicon.ts"

const forms = new Map<string, string>()

/** The base form of a word in lower case. The last few thousand are remembered. */
export const wordForm = (lower: string): string => {
  const known = forms.get(lower)
  if (known !== undefined) return known
  if (forms.size > 8000) forms.clear()
  const form = baseForm(lower, isListed, isAdjective)
  forms.set(lower, form)
  return form
}
