/** A date as far as it is known. `until` closes a span of years: "the 1990s". */
export interface Day {
  readonly year?: number
  readonly month?: number
  readonly day?: number
  readonly weekday?: number
  readonly until?: number
  /** The same signs read the other way round: 03/04/2021. */
  readonly other?: Day
}

const months = "january february march april may june july august september october november december".split(" ")
const short = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ")
const foreign = [
  "januar februar märz april mai juni juli august september oktober november dezember",
  "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
].map((line) => line.split(" "))

const monthNames = new Map<string, number>([["sept", 9]])
for (const names of [months, short, ...foreign]) names.forEach((name, index) => monthNames.set(name, index + 1))
const weekdays = "monday tuesday wednesday thursday friday saturday sunday".split(" ")

/** The month, 1 to 12, of a capitalised name; "may" and "march" are words too. */
export const monthOf = (word: string): number | undefined => {
  const lower = word.toLowerCase()
  return (lower === "may" || lower === "march" || lower === "mar") && word === lower ? undefined : monthNames.get(lower)
}

/** The weekday, 1 to 7, of a name. */
export const weekdayOf = (word: string): number | undefined => {
  const lower = word.toLowerCase().replace(/s$/, "")
  const index = weekdays.indexOf(lower)
  return index === -1 ? undefined : index + 1
}

/** 2021-03-05, 05/03/2021, 3/5/21. */
export const numericDay = (text: string): Day | undefined => {
  const [, a, sign, b, c] = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(text) ?? []
  if (a === undefined || b === undefined || c === undefined || sign === undefined) return undefined
  const [x, y, z] = [Number(a), Number(b), Number(c)]
  if (a.length === 4) return y <= 12 && z <= 31 ? { year: x, month: y, day: z } : undefined
  if (c.length !== 4 && c.length !== 2) return undefined
  const year = c.length === 4 ? z : z + (z < 70 ? 2000 : 1900)
  const dayFirst: Day = { year, month: y, day: x }
  if (x > 12) return y <= 12 && x <= 31 ? dayFirst : undefined
  if (y > 12) return y <= 31 ? { year, month: x, day: y } : undefined
  return { year, month: x, day: y, other: dayFirst }
}

const agrees = (claim: Day, evidence: Day): boolean => {
  const { year, until } = evidence
  if (claim.year !== undefined) {
    if (year === undefined) return false
    if (year < claim.year || (until ?? year) > (claim.until ?? claim.year)) return false
  }
  return (["month", "day", "weekday"] as const).every(
    (field) => claim[field] === undefined || claim[field] === evidence[field],
  )
}

const readings = (day: Day): ReadonlyArray<Day> => (day.other === undefined ? [day] : [day, day.other])

/** Does the evidence's date bear out the claim's, which may say less? */
export const sameDay = (claim: Day, evidence: Day): boolean =>
  readings(claim).some((mine) => readings(evidence).some((theirs) => agrees(mine, theirs)))

/** Is something that both say different? */
export const otherDay = (claim: Day, evidence: Day): boolean =>
  !sameDay(claim, evidence) &&
  (["year", "month", "day", "weekday"] as const).some(
    (field) => claim[field] !== undefined && evidence[field] !== undefined && claim[field] !== evidence[field],
  ) &&
  !sameDay(evidence, claim)
