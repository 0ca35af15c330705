import { gradable, nounForms, unchanged, verbForms } from "./lexicon/irregular.ts"
import { actionGroups } from "./lexicon/actions.ts"
import { verbs as singleVerbs } from "./lexicon/verbs.ts"

/** A word in its basic form, and what its own form said. */
export interface Stem {
  readonly base: string
  /** `past`: "wrote", "walked". `participle`: only that ("written"). */
  readonly form?: "past" | "participle" | "ing" | "more" | "most"
}

interface Irregular {
  readonly stems: ReadonlyMap<string, Stem>
  readonly verbs: ReadonlySet<string>
}

const irregular = ((): Irregular => {
  const stems = new Map<string, Stem>()
  const verbs = new Set(singleVerbs)
  for (const line of verbForms.trim().split("\n")) {
    const [past = "", participles = ""] = line.split("|")
    const [base = "", ...forms] = past.trim().split(/\s+/)
    verbs.add(base)
    for (const form of forms) stems.set(form, { base, form: "past" })
    for (const form of participles.split(/\s+/)) if (form !== "") stems.set(form, { base, form: "participle" })
  }
  for (const line of nounForms.trim().split("\n")) {
    const [base = "", ...forms] = line.split(/\s+/)
    for (const form of forms) stems.set(form, { base })
  }
  for (const word of actionGroups.split(/[\n,]/)) if (/^\s*[a-z]+\s*$/.test(word)) verbs.add(word.trim())
  for (const word of ["is", "are", "am", "being"]) stems.set(word, { base: "be" })
  stems.set("does", { base: "do" }).set("goes", { base: "go" }).set("has", { base: "have" })
  stems.set("better", { base: "good", form: "more" }).set("best", { base: "good", form: "most" })
  stems.set("worse", { base: "bad", form: "more" }).set("worst", { base: "bad", form: "most" })
  stems.set("farther", { base: "far", form: "more" }).set("farthest", { base: "far", form: "most" })
  return { stems, verbs }
})()

const noIze =
  /^(?:.{0,2}|exerc|adv|r|w|prom|surpr|no|ra|otherw|expert|enterpr|prem|comprom|disgu|prec|conc|franch|merchand|parad|rev|superv|telev|improv|dev|desp|dem|pra|cru|bru|exc|treat|po|likew|ar|surm|advert|pa|bra|mal)$/

/** British spellings as American ones. */
const american = (word: string): string => {
  const ise = /^(.*)is(e|es|ed|ing|ation|ations|er|ers)$/.exec(word)
  if (ise !== null && word.length > 5 && !noIze.test(ise[1] ?? "")) return `${ise[1]}iz${ise[2]}`
  return word
    .replace(
      /^(col|fav|behavi|hon|lab|neighb|harb|flav|hum|rum|vap|endeav|sav|od|arm|vig|ferv|splend|gland|parl)our/,
      "$1or",
    )
    .replace(/^(anal|paral|catal)ys/, "$1yz")
    .replace(/^(cent|theat|fib|lit|met|calib|somb|spect)re(s?)$/, "$1er$2")
    .replace(
      /^(travel|cancel|model|label|fuel|signal|level|marvel|quarrel|channel|counsel|dial|equal|total)l(ing|ed|er|ers)$/,
      "$1$2",
    )
    .replace(/^grey/, "gray")
    .replace(/^(catal|dial|anal)ogue/, "$1og")
    .replace(/^(def|off|lic|pret)ence(s?)$/, "$1ense$2")
    .replace(/^programme(s?)$/, "program$1")
    .replace(/^(enrol|fulfil|instal)(s|ment|ments)?$/, "$1l$2")
    .replace(/^tyre/, "tire")
    .replace(/^aluminium$/, "aluminum")
}

const vowel = /[aeiouy]/

/** What stood before -ing or -ed. */
const restored = (stem: string): string => {
  if (irregular.verbs.has(stem)) return stem
  if (irregular.verbs.has(`${stem}e`)) return `${stem}e`
  if (/([bdfgmnprt])\1$/.test(stem)) return stem.slice(0, -1)
  if (
    /(?:at|bl|iz|[cvu]|dg|rg|[^aeiou]s|[aeiou]s|uc|[^l]z)$/.test(stem) &&
    !/(?:ss|zz|us|ow|ew|eat|oat|ait|out|oot)$/.test(stem)
  )
    return `${stem}e`
  return /^[^aeiou]*[aeiouy][^aeiouywx]$/.test(stem) && stem.length <= 4 ? `${stem}e` : stem
}

const singular = (word: string): string => {
  if (word.length < 4 || !word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1)
  if (/(?:[cs]h|x|ss|zz|[^aeiou]o)es$/.test(word)) return word.slice(0, -2)
  return word.slice(0, -1)
}

const graded = (word: string): Stem | undefined => {
  const found = /^(.{2,})(er|est)$/.exec(word)
  if (found === null) return undefined
  const [, stem = "", ending] = found
  const form = ending === "er" ? "more" : "most"
  const bases = [stem, `${stem}e`, stem.replace(/(.)\1$/, "$1"), stem.replace(/i$/, "y")]
  const base = bases.find((candidate) => gradable.has(candidate))
  return base === undefined ? undefined : { base, form }
}

const most = 20_000
const known = new Map<string, Stem>()

/** As `stemmed`; the words that come again and again are looked up. */
export const stem = (given: string): Stem => {
  const before = known.get(given)
  if (before !== undefined) return before
  if (known.size >= most) known.clear()
  const found = stemmed(given)
  known.set(given, found)
  return found
}

/** The basic form of a word in lower case. Only inflection is taken off: "writer" and "write" stay two words. */
const stemmed = (given: string): Stem => {
  const form = irregular.stems.get(given)
  if (form !== undefined) return form
  if (unchanged.has(given) || given.length < 3) return { base: given }
  const word = american(given)
  const more = graded(word)
  if (more !== undefined) return more
  if (word.endsWith("ing") && word.length > 5 && vowel.test(word.slice(0, -3)))
    return { base: restored(word.slice(0, -3)), form: "ing" }
  if (word.endsWith("ied") && word.length > 4) return { base: `${word.slice(0, -3)}y`, form: "past" }
  if (word.endsWith("ed") && word.length > 3 && vowel.test(word.slice(0, -2)))
    return { base: restored(word.slice(0, -2)), form: "past" }
  return { base: singular(word) }
}
