import { oneLine } from "./output.ts"

/** What steers a terminal: control characters, and the marks that turn the direction of text so that it reads as another. */
const steering = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu

/** What models, callers and servers wrote, on one line that cannot steer the terminal. */
export const printable = (text: string): string => oneLine(text).replace(steering, " ")

/** The same with its lines. */
export const printableLines = (text: string): ReadonlyArray<string> =>
  text.split(/\r?\n/).map((line) => line.replace(steering, " "))
