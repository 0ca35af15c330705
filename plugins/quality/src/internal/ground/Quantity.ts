/**
 * A number with what it counts. `value` is in the base unit of `dimension` (seconds, metres, grams, bytes, currency, a
 * ratio of 1 for percents and fractions); without a dimension, it is the plain number.
 */
export interface Quantity {
  readonly value: number
  /** As it is written, without its unit. */
  readonly raw: number
  readonly dimension: string | undefined
  /** Digits that carry meaning: "8.8 million" has two. */
  readonly digits: number
  /** What the words around say: at least, at most, up to (as far as it goes), about. */
  readonly bound: "min" | "max" | "limit" | "about" | undefined
  /** The largest value of a range; the same as `value` elsewhere. */
  readonly upTo: number
}

type Unit = readonly [dimension: string, factor: number]

const table: ReadonlyArray<readonly [names: string, dimension: string, factor: number]> = [
  ["% percent percentage pct prozent pourcent", "ratio", 0.01],
  ["millisecond ms msec", "time", 0.001],
  ["second sec secs s sekunde", "time", 1],
  ["minute min mins minuto", "time", 60],
  ["hour hr hrs h stunde heure hora", "time", 3600],
  ["day tag tage jour día", "time", 86_400],
  ["week woche semaine semana", "time", 604_800],
  ["month monat monate mois mes meses", "time", 2_629_800],
  ["year yr yrs jahr jahre année ans an año años anno anni", "time", 31_557_600],
  ["decade", "time", 315_576_000],
  ["century", "time", 3_155_760_000],
  ["millimetre millimeter mm", "length", 0.001],
  ["centimetre centimeter cm", "length", 0.01],
  ["metre meter m mètre metro", "length", 1],
  ["kilometre kilometer km kilómetro", "length", 1000],
  ["mile mi", "length", 1609.344],
  ["foot feet ft", "length", 0.3048],
  ["inch inches", "length", 0.0254],
  ["yard", "length", 0.9144],
  ["milligram mg", "mass", 0.001],
  ["gram g gramm", "mass", 1],
  ["kilogram kg kilo", "mass", 1000],
  ["tonne ton", "mass", 1_000_000],
  ["pound lb lbs", "mass", 453.592],
  ["ounce oz", "mass", 28.3495],
  ["byte", "bytes", 1],
  ["kb kilobyte", "bytes", 1e3],
  ["mb megabyte", "bytes", 1e6],
  ["gb gigabyte", "bytes", 1e9],
  ["tb terabyte", "bytes", 1e12],
  ["kib", "bytes", 1024],
  ["mib", "bytes", 1_048_576],
  ["gib", "bytes", 1_073_741_824],
  ["$ dollar usd", "USD", 1],
  ["cent", "USD", 0.01],
  ["€ euro eur", "EUR", 1],
  ["£ gbp sterling", "GBP", 1],
  ["¥ yen jpy", "JPY", 1],
  ["celsius °c", "celsius", 1],
  ["fahrenheit °f", "fahrenheit", 1],
  ["kelvin", "kelvin", 1],
  ["millilitre milliliter ml", "volume", 0.001],
  ["litre liter l", "volume", 1],
  ["gallon", "volume", 3.78541],
  ["watt w", "power", 1],
  ["kilowatt kw", "power", 1e3],
  ["megawatt mw", "power", 1e6],
  ["gigawatt gw", "power", 1e9],
  ["hertz hz", "frequency", 1],
  ["khz", "frequency", 1e3],
  ["mhz", "frequency", 1e6],
  ["ghz", "frequency", 1e9],
  ["times fold x", "times", 1],
]

const units = new Map<string, Unit>()
for (const [names, dimension, factor] of table) {
  for (const name of names.split(" ")) {
    units.set(name, [dimension, factor])
    if (name.length > 2 && !name.endsWith("s")) units.set(`${name}s`, [dimension, factor])
  }
}
units.set("centuries", ["time", 3_155_760_000])

/** What a unit's name stands for. */
export const unitOf = (name: string): Unit | undefined => units.get(name)

const near = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)) + 1e-9

/** `value` in as many digits as the other has is the other. */
const rounds = (value: number, to: Quantity): boolean =>
  to.digits > 0 && to.value !== 0 && near(Number(value.toPrecision(to.digits)), to.value, 1e-6)

/** How close two numbers must be: units that do not fit each other exactly are given room. */
const tolerance = (claim: Quantity, evidence: Quantity): number => {
  if (claim.bound === "about" || evidence.bound === "about") return 0.06
  if (claim.dimension === "time" && claim.raw !== evidence.raw) return 0.02
  return claim.dimension === undefined || ["USD", "EUR", "GBP", "JPY"].includes(claim.dimension) ? 1e-6 : 0.006
}

/** May the two be compared at all? A number without a unit may stand for any. */
export const comparable = (a: Quantity, b: Quantity): boolean =>
  a.dimension === b.dimension || a.dimension === undefined || b.dimension === undefined || pounds(a, b) || pounds(b, a)

/** "9 pounds" may be money. */
const pounds = (a: Quantity, b: Quantity): boolean =>
  a.dimension === "mass" && b.dimension === "GBP" && Math.abs(a.value - a.raw * 453.592) < 1e-6 * a.value

const opposed = (a: Quantity["bound"], b: Quantity["bound"]): boolean => a === "min" && (b === "max" || b === "limit")

/** Does the evidence's number bear out the claim's? */
export const bearsOut = (claim: Quantity, evidence: Quantity): boolean => {
  if (!comparable(claim, evidence)) return false
  if (claim.dimension !== evidence.dimension) return claim.raw === evidence.raw
  const room = tolerance(claim, evidence)
  if (near(claim.value, evidence.value, room) && near(claim.upTo, evidence.upTo, Math.max(room, 0.006)))
    return !opposed(claim.bound, evidence.bound) && !opposed(evidence.bound, claim.bound)
  if (claim.bound === "min" && evidence.bound !== "max" && evidence.bound !== "limit" && evidence.bound !== "min")
    return evidence.value >= claim.value
  if (claim.bound === "max" && evidence.bound === undefined) return evidence.upTo <= claim.value
  // A plain number below 10,000 may be a port or a code: it is taken as it stands.
  const whole =
    claim.value >= (claim.dimension === undefined ? 10_000 : 1000) ||
    claim.bound === "about" ||
    claim.dimension === "ratio"
  return whole && claim.digits < evidence.digits && rounds(evidence.value, claim)
}
