const words = (list: string): ReadonlySet<string> => new Set(list.split(" "))

/** A sentence goes on after these, whatever follows: titles, and what introduces a name, a place or an explanation. */
const always = words(
  "mr mrs ms mx dr prof st mt ft sen rep gov gen col lt sgt cpt capt cmdr adm maj rev hon pres supt det insp messrs mme mlle " +
    "sr sra srta dott sig hr fr frl dipl ing e.g i.e eg ie cf vs viz ca approx al resp incl excl z.b d.h u.a bzw ggf vgl " +
    "p.ex gov't dept univ assn bros ph.d",
)

/** These go on before a number: `No. 5`, `Fig. 3`. */
const beforeNumber = words("no nos nr fig figs eq eqs sec ch chap art vol vols p pp pg par para ex tab app ver v n")

/** Words that begin a sentence more often than they follow an abbreviation such as `U.S.` or `p.m.`. */
const starters = words(
  "the a an he she it we they i you this that these those his her its our their there here in on at as if when while " +
    "but and or so however then after before since for by with from what why how who where yes no not all some many most",
)

const lastWordOf = /([\p{L}\p{N}.]*[\p{L}\p{N}])\.["'”’)\]]*\s+$/u
const firstWordOf = /^["'“‘([]*([\p{L}\p{N}’']+)/u

/** Whether the full stop at the end of `sentence` belongs to an abbreviation, and the sentence goes on with `rest`. */
export const endsInAbbreviation = (sentence: string, rest: string): boolean => {
  const [, word] = lastWordOf.exec(sentence.slice(-40)) ?? []
  if (word === undefined) return false
  const next = firstWordOf.exec(rest)?.[1] ?? ""
  const lower = word.toLowerCase()
  if (always.has(lower)) return true
  if (beforeNumber.has(lower)) return /^\p{N}/u.test(next)
  // An initial (`J. Smith`) or an acronym (`U.S. Army`): a common first word begins a sentence after all.
  return /^(?:\p{Lu}|(?:\p{L}\.)+\p{L})$/u.test(word) && word !== "I" && !starters.has(next.toLowerCase())
}
