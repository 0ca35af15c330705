import type { Word } from "../text/words.ts"
import { clockAt } from "./clock.ts"
import { fractions, isLetterScale, multiples, ordinals, scales, small } from "./numberWords.ts"
import { type Quantity, unitOf } from "./Quantity.ts"

interface Found {
  readonly quantity: Quantity
  readonly next: number
  /** "one" and "first" are often no number at all. */
  readonly soft: boolean
}

interface Plain {
  readonly value: number
  readonly digits: number
  readonly next: number
  /** What the number was multiplied with: a million. */
  readonly scale: number
}

const digitsOf = (text: string): number => text.replace(/[.,]/g, "").replace(/^0+/, "").replace(/0+$/, "").length || 1

/** 1,500,000 and 1.500.000, 3.5 and, outside of thousands, 3,5. */
const numeral = (text: string): number | undefined => {
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text)) return Number(text.replaceAll(",", ""))
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(text)) return Number(text.replaceAll(".", ""))
  if (/^\d+,\d{1,2}$/.test(text)) return Number(text.replace(",", "."))
  if (/^\d+\/\d+$/.test(text)) {
    const [a = 0, b = 1] = text.split("/").map(Number)
    return a / b
  }
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Number words that belong together: two hundred and fifty thousand, twenty-five. */
const spelled = (list: ReadonlyArray<Word>, at: number): Plain | undefined => {
  let [total, current, next, seen] = [0, 0, at, 0]
  for (; next < list.length; next++) {
    const word = list[next]?.lower ?? ""
    const value = small.get(word)
    const scale = scales.get(word)
    if (value !== undefined) {
      const fits = current === 0 || current % 100 === 0 || (current % 10 === 0 && current % 100 >= 20 && value < 10)
      if (!fits || (seen > 0 && current === 0 && total === 0)) break
      current += value
      seen++
    } else if (
      scale !== undefined &&
      (seen > 0 || (next === at && /^(?:hundred|thousand|million|billion|trillion|dozen)$/.test(word)))
    ) {
      if (scale === 100 || scale === 12) current = (current || 1) * scale
      else {
        total += (current || 1) * scale
        current = 0
      }
      seen++
    } else if (
      (word === "-" || word === "and") &&
      seen > 0 &&
      isSpelled(list[next + 1]) &&
      (word === "-" || current >= 100 || total > 0)
    )
      continue
    else break
  }
  return seen === 0 ? undefined : { value: total + current, digits: digitsOf(String(total + current)), next, scale: 1 }
}

const isSpelled = (word: Word | undefined): boolean =>
  word !== undefined && (small.has(word.lower) || scales.has(word.lower))

/** A number in digits with its scale, or in words; "two and a half" too. */
const plain = (list: ReadonlyArray<Word>, at: number): Plain | undefined => {
  const found = wholeOf(list, at)
  if (found === undefined || found.scale !== 1 || list[found.next]?.lower !== "and") return found
  const part = { half: 0.5, quarter: 0.25 }[list[found.next + 2]?.lower ?? ""]
  if (list[found.next + 1]?.lower !== "a" || part === undefined) return found
  return { value: found.value + part, digits: found.digits + 1, next: found.next + 3, scale: 1 }
}

const wholeOf = (list: ReadonlyArray<Word>, at: number): Plain | undefined => {
  const word = list[at]
  if (word === undefined) return undefined
  if (word.kind !== "number") return spelled(list, at)
  const value = numeral(word.text)
  if (value === undefined) return undefined
  let next = at + 1
  if (list[next]?.text === "-" && scales.has(list[next + 1]?.lower ?? "")) next++
  const after = list[next]
  const scale = scales.get(after?.lower ?? "")
  if (
    scale !== undefined &&
    after !== undefined &&
    (!isLetterScale(after.lower) || (after.joined && (after.lower !== "m" || after.text === "M")))
  )
    return { value: value * scale, digits: digitsOf(word.text), next: next + 1, scale }
  return { value, digits: digitsOf(word.text), next: at + 1, scale: 1 }
}

const currencies = new Set(["$", "€", "£", "¥"])

/** What stands before: about, at least, more than, up to. */
const boundOf = (list: ReadonlyArray<Word>, at: number): Quantity["bound"] => {
  const before = list
    .slice(Math.max(0, at - 4), at)
    .map((word) => word.lower)
    .join(" ")
  if (
    /(?:no (?:fewer|less) than|at least|(?<!\b(?:no|not|not \w+|cannot \w+) )more than|(?<!\b(?:not|cannot) \w+ )over|above|exceed\w*|minimum(?: of)?|greater than|upwards of|not less than|mehr als|plus de|más de) ?[$€£]?$/.test(
      before,
    )
  )
    return "min"
  if (
    /(?:\b(?:no|not|cannot)(?: \w+)? (?:more than|over)|at most|less than|fewer than|under|below|maximum(?: of)?|not exceed\w*|within|weniger als|moins de|menos de) ?[$€£]?$/.test(
      before,
    )
  )
    return "max"
  if (/(?:up to|as (?:much|many|long|far|high|late) as|until) ?[$€£]?$/.test(before)) return "limit"
  return /(?:about|around|approximately|roughly|nearly|almost|some|circa|ca|~|close to|estimated|rund|etwa|environ|unos|aproximadamente) ?[.$€£]?$/.test(
    before,
  )
    ? "about"
    : undefined
}

const quantity = (
  value: number,
  digits: number,
  dimension: string | undefined,
  bound: Quantity["bound"],
  upTo = value,
  raw = value,
): Quantity => ({
  value,
  raw,
  dimension,
  digits,
  bound,
  upTo,
})

/** The unit behind a number, or the currency before it. */
const unitAt = (list: ReadonlyArray<Word>, next: number) => {
  const at = list[next]?.text === "-" ? next + 1 : list[next]?.text === "°" ? next + 1 : next
  const word = list[at]
  const name = list[next]?.text === "°" ? `°${word?.lower ?? ""}` : (word?.lower ?? "")
  const unit = unitOf(name)
  if (unit === undefined || word === undefined) return undefined
  const letter = name.length === 1 && word.kind === "word"
  if (letter && !word.joined && word.text !== name) return undefined
  const points = name === "percentage" && /^points?$/.test(list[at + 1]?.lower ?? "") ? 1 : 0
  return { unit, next: at + 1 + points }
}

/** "a third of", "two thirds", "three quarters", "half". */
const fractionAt = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const [word, second] = [list[at]?.lower ?? "", list[at + 1]?.text === "-" ? list[at + 2] : list[at + 1]]
  const half = word === "half" && !/^(?:first|second|other|-)$/.test(list[at - 1]?.lower ?? "")
  if (half && list[at + 1]?.text !== "-")
    return { quantity: quantity(0.5, 1, "ratio", boundOf(list, at)), next: at + 1, soft: false }
  const count = word === "a" || word === "one" ? 1 : small.get(word)
  const part = fractions.get(second?.lower ?? "")
  if (count === undefined || part === undefined || second === undefined) return undefined
  const next = list.indexOf(second) + 1
  if (
    second.lower !== "half" &&
    count === 1 &&
    list[next]?.lower !== "of" &&
    word !== "one" &&
    list[at - 1]?.lower !== "by"
  )
    return undefined
  return { quantity: quantity(count * part, 1, "ratio", "about"), next, soft: false }
}

/** "nine out of ten", "1 in 5" */
const shareAt = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const first = plain(list, at)
  if (first === undefined) return undefined
  const out = list[first.next]?.lower === "out" && list[first.next + 1]?.lower === "of"
  if (!out && list[first.next]?.lower !== "in") return undefined
  const second = plain(list, first.next + (out ? 2 : 1))
  const fits = second !== undefined && first.value > 0 && first.value < second.value && (out || second.value <= 100)
  return fits
    ? { quantity: quantity(first.value / second.value, 2, "ratio", boundOf(list, at)), next: second.next, soft: false }
    : undefined
}

const ordinalAt = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const [word, suffix] = [list[at], list[at + 1]]
  if (word === undefined) return undefined
  const value = ordinals.get(word.lower)
  if (value !== undefined) return { quantity: quantity(value, 1, "ordinal", undefined), next: at + 1, soft: value < 3 }
  if (word.kind !== "number" || suffix?.joined !== true || !/^(?:st|nd|rd|th)$/.test(suffix.lower)) return undefined
  return { quantity: quantity(Number(word.text), 1, "ordinal", undefined), next: at + 2, soft: false }
}

/** 10-20, 10 to 20, between 10 and 20: where the second number begins. */
const rangeAt = (list: ReadonlyArray<Word>, first: Plain, at: number): Plain | undefined => {
  const sign = list[first.next]?.lower ?? ""
  const between = list[at - 1]?.lower === "between" && sign === "and"
  if (
    !between &&
    !(
      /^(?:-|–|to|or|bis)$/.test(sign) &&
      (sign !== "to" || list[at - 1]?.lower === "from" || list[first.next + 1]?.kind === "number")
    )
  )
    return undefined
  const second = plain(list, first.next + 1)
  return second !== undefined && second.value > first.value ? second : undefined
}

const spans = /^(?:second|minute|hour|day|week|fortnight|month|year|decade|century|mile|kilomet(?:re|er))$/
const beforeSpans =
  /^(?:for|about|around|approximately|roughly|nearly|almost|within|after|takes?|took|lasts?|lasted|than|over|under|half)$/

/** "an hour", where it is a length and no rate; "a day and a half". */
const singleUnit = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const [word, name] = [list[at]?.lower ?? "", list[at + 1]?.lower ?? ""]
  if (word === "half" && /^an?$/.test(name)) {
    const halved = unitOf(list[at + 2]?.lower ?? "")
    if (halved === undefined || !spans.test(list[at + 2]?.lower ?? "")) return undefined
    return {
      quantity: quantity(0.5 * halved[1], 1, halved[0], boundOf(list, at), 0.5 * halved[1], 0.5),
      next: at + 3,
      soft: false,
    }
  }
  if (!/^an?$/.test(word) || !spans.test(name)) return undefined
  const unit = unitOf(name)
  if (unit === undefined) return undefined
  const half = list[at + 2]?.lower === "and" && list[at + 3]?.lower === "a" && list[at + 4]?.lower === "half"
  const joins = list[at + 2]?.lower === "and" && plain(list, at + 3) !== undefined
  if (!half && !joins && !beforeSpans.test(list[at - 1]?.lower ?? "")) return undefined
  const value = half ? 1.5 : 1
  return {
    quantity: quantity(value * unit[1], half ? 2 : 1, unit[0], boundOf(list, at), value * unit[1], value),
    next: at + (half ? 5 : 2),
    soft: false,
  }
}

const composed = new Set(["time", "length", "mass"])

/** "1 hour and 45 minutes", "6 ft 2 in": one quantity in two units. */
const withSmaller = (list: ReadonlyArray<Word>, found: Found): Found => {
  const { quantity: whole, next } = found
  if (whole.dimension === undefined || !composed.has(whole.dimension) || whole.upTo !== whole.value) return found
  const at = /^(?:and|,)$/.test(list[next]?.lower ?? "") ? next + 1 : next
  const more = plain(list, at)
  const unit = more === undefined ? undefined : unitAt(list, more.next)
  if (more === undefined || unit === undefined || unit.unit[0] !== whole.dimension) return found
  const added = more.value * unit.unit[1]
  if (added >= whole.value || more.value * unit.unit[1] >= whole.value / Math.max(1, whole.raw)) return found
  const value = whole.value + added
  return { quantity: { ...whole, value, upTo: value, raw: value, digits: 4 }, next: unit.next, soft: false }
}

/** A number that begins at `at`, with its unit, or the units that it is told in. */
export const readQuantity = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const found = singleUnit(list, at) ?? timeAt(list, at) ?? readOne(list, at)
  return found === undefined ? undefined : withSmaller(list, found)
}

/** A time of the day, in minutes. */
const timeAt = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const time = clockAt(list, at)
  return time === undefined
    ? undefined
    : { quantity: quantity(time.minutes, 4, "clock", undefined, time.minutes, time.hour), next: time.next, soft: false }
}

const readOne = (list: ReadonlyArray<Word>, at: number): Found | undefined => {
  const word = list[at]
  if (word === undefined) return undefined
  const currency = currencies.has(word.text) ? unitOf(word.text) : undefined
  const special =
    currency === undefined ? (fractionAt(list, at) ?? shareAt(list, at) ?? ordinalAt(list, at)) : undefined
  if (special !== undefined) return special
  const times = multiples.get(word.lower)
  if (times !== undefined) return { quantity: quantity(times, 1, "times", undefined), next: at + 1, soft: false }
  const found = plain(list, currency === undefined ? at : at + 1)
  if (found === undefined) return undefined
  const range = currency === undefined ? rangeAt(list, found, at) : undefined
  const last = range ?? found
  // "2 to 3 million"
  const shared =
    range !== undefined && range.scale > 1 && found.scale === 1 && found.value < range.value / range.scale
      ? range.scale
      : 1
  const behind = currency === undefined ? unitAt(list, last.next) : undefined
  const [dimension, factor] = currency ?? behind?.unit ?? [undefined, 1]
  const soft = word.lower === "one" && dimension === undefined && found.next === at + 1
  const value = quantity(
    found.value * shared * factor,
    found.digits,
    dimension,
    boundOf(list, at),
    last.value * factor,
    found.value,
  )
  return { quantity: value, next: behind?.next ?? last.next, soft }
}
