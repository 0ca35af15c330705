import type { Fault } from "../verdicts.ts"
import { whole } from "../verdicts.ts"
import { isEmail } from "./email.ts"
import type { Format } from "./Format.ts"

const all = (text: string, offset: number, message: string): ReadonlyArray<Fault> => {
  const { start, end } = whole(text)
  return [{ message, start: start + offset, end: end + offset }]
}

export const email: Format = {
  what: "an e-mail address",
  suggestion: "Answer with one e-mail address and nothing else, such as name@example.org.",
  fenced: false,
  check: (text, offset) => (isEmail(text) ? [] : all(text, offset, "the answer is no e-mail address")),
}

export const url: Format = {
  what: "a URL",
  suggestion: "Answer with one complete URL and nothing else, such as https://example.org/page.",
  fenced: false,
  check: (text, offset, { schemes }) => {
    const bare = text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text
    if (/[\s<>"{}|\\^`]/.test(bare) || !URL.canParse(bare)) return all(text, offset, "the answer is no URL")
    const { protocol, hostname } = new URL(bare)
    const scheme = protocol.slice(0, -1)
    if (!schemes.includes(scheme)) {
      return all(text, offset, `the URL's scheme is ${scheme}, which is not one of ${schemes.join(", ")}`)
    }
    return /^(?:https?|wss?|ftp)$/.test(scheme) && hostname === "" ? all(text, offset, "the URL names no host") : []
  },
}

// ISO 8601 in the profile of RFC 3339, and the ordinal and week dates.
const calendar = /^([+-]?\d{4,6})-(\d\d)(?:-(\d\d))?$/
const clock = /^(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/i

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysOf = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

const isDay = (text: string): boolean => {
  const [, year, month, day] = calendar.exec(text) ?? []
  if (year !== undefined && month !== undefined) {
    const [y, m, d] = [Number(year), Number(month), Number(day ?? "1")]
    return m >= 1 && m <= 12 && d >= 1 && d <= daysOf(y, m)
  }
  const [, ordinalYear, ordinal] = /^(\d{4})-(\d{3})$/.exec(text) ?? []
  if (ordinal !== undefined) return Number(ordinal) >= 1 && Number(ordinal) <= (isLeap(Number(ordinalYear)) ? 366 : 365)
  const [, week] = /^\d{4}-W(\d\d)(?:-[1-7])?$/.exec(text) ?? []
  return week !== undefined && Number(week) >= 1 && Number(week) <= 53
}

const isTime = (text: string): boolean => {
  const [, hour, minute, second] = clock.exec(text) ?? []
  return hour !== undefined && Number(hour) <= 24 && Number(minute) <= 59 && Number(second ?? "0") <= 60
}

const isDateTime = (text: string): boolean => {
  const [day = "", time = "", ...rest] = text.split(/[Tt ]/)
  return (
    rest.length === 0 && /^\D?\d{4,6}-\d\d-\d\d$|^\d{4}-(?:W\d\d-\d|\d{3})$/.test(day) && isDay(day) && isTime(time)
  )
}

export const isoDate: Format = {
  what: "an ISO 8601 date",
  suggestion: "Answer with one date as YYYY-MM-DD and nothing else, such as 2026-03-31.",
  fenced: false,
  check: (text, offset) =>
    isDay(text) || isDateTime(text) ? [] : all(text, offset, "the answer is no date of the calendar in ISO 8601"),
}

export const isoDateTime: Format = {
  what: "an ISO 8601 date with a time",
  suggestion: "Answer with one point in time and nothing else, such as 2026-03-31T14:05:00Z.",
  fenced: false,
  check: (text, offset) => (isDateTime(text) ? [] : all(text, offset, "the answer is no date with a time in ISO 8601")),
}
