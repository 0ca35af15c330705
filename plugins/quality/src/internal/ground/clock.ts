/** Times of the day: 10:00, 6 p.m., ten o'clock, noon. */
import type { Word } from "../text/words.ts"
import { small } from "./numberWords.ts"

/** `minutes` since midnight; `hour` as it is written. */
export interface Clock {
  readonly minutes: number
  readonly hour: number
  readonly next: number
}

/** "am", "p.m.": the hours that it adds, and where it ends. */
const halfDay = (list: ReadonlyArray<Word>, at: number): readonly [late: boolean, next: number] | undefined => {
  const word = list[at]?.lower ?? ""
  if (word === "am" || word === "pm") return [word === "pm", at + 1]
  const dotted = (word === "a" || word === "p") && list[at + 1]?.text === "." && list[at + 2]?.lower === "m"
  return dotted ? [word === "p", list[at + 3]?.text === "." ? at + 4 : at + 3] : undefined
}

/** The time that begins here, if one does. */
export const clockAt = (list: ReadonlyArray<Word>, at: number): Clock | undefined => {
  const word = list[at]
  if (word === undefined) return undefined
  if (word.lower === "noon" || word.lower === "midday") return { minutes: 720, hour: 12, next: at + 1 }
  if (word.lower === "midnight") return { minutes: 0, hour: 12, next: at + 1 }
  const [, hours, rest] = /^([01]?\d|2[0-3])(?:[:.]([0-5]\d))?$/.exec(word.text) ?? []
  const hour = hours === undefined ? small.get(word.lower) : Number(hours)
  if (hour === undefined || hour > 24) return undefined
  const half = halfDay(list, at + 1)
  const oclock = /^o'?clock$/.test(list[at + 1]?.lower ?? "")
  if (half === undefined && !oclock && !/^\d+:\d\d$/.test(word.text)) return undefined
  const full = half === undefined ? hour : (hour % 12) + (half[0] ? 12 : 0)
  return { minutes: full * 60 + Number(rest ?? 0), hour, next: half?.[1] ?? at + (oclock ? 2 : 1) }
}
