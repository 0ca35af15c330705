import { isIPv4, isIPv6 } from "node:net"
import { ibanLength, isIban } from "./internal/iban.ts"
import { isCardNumber } from "./internal/luhn.ts"
import { findPhones } from "./internal/phones.ts"
import { isEmail } from "./internal/formats/email.ts"
import { type Finding, type Span, withoutOverlaps } from "./Span.ts"

/** Every kind of personal data that is looked for. Of two that overlap the first in this list counts. */
export const dataKinds = ["email", "iban", "card", "us-ssn", "uk-nino", "ip-address", "mac-address", "phone"] as const
export type DataKind = (typeof dataKinds)[number]

const spansOf = (
  text: string,
  pattern: RegExp,
  accepts: (found: string, at: number) => boolean,
): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const match of text.matchAll(pattern)) {
    if (accepts(match[0], match.index)) spans.push({ start: match.index, end: match.index + match[0].length })
  }
  return spans
}

const local = /[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]/u
const host = /[\p{L}\p{N}.-]/u

/** From each @ to both sides, so that the work is linear. */
const emails = (text: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at
    while (start > 0 && at - start < 64 && local.test(text[start - 1] ?? "")) start--
    let end = at + 1
    while (end < text.length && end - at < 254 && host.test(text[end] ?? "")) end++
    while (end > at && /[.-]/.test(text[end - 1] ?? "")) end--
    while (start < at && /[.'/*_=~|{}]/.test(text[start] ?? "")) start++
    if (isEmail(text.slice(start, end))) spans.push({ start, end })
  }
  return spans
}

/** Groups of letters and digits are joined as long as they may still be one account; its country says how long it is. */
const ibans = (text: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const match of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g)) {
    const length = ibanLength(match[0].slice(0, 2).toUpperCase())
    if (length === undefined) continue
    let end = match.index
    let iban = ""
    for (; end < text.length && iban.length < length && end - match.index < 60; end++) {
      const sign = text[end] ?? ""
      if (/[A-Za-z0-9]/.test(sign)) iban += sign.toUpperCase()
      else if (!/[ \u00a0-]/.test(sign)) break
    }
    if (isIban(iban) && !/[A-Za-z0-9]/.test(text[end] ?? "")) spans.push({ start: match.index, end })
  }
  return spans
}

const digitsOf = (text: string): string => text.replace(/\D/g, "")

// Numbers that the Social Security Administration never gave out begin with 000, 666 or 9, or have a part of zeros.
const ssn = /(?<![\w-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g
// HM Revenue & Customs: no D F I Q U V first, no O second, and a few pairs never.
const nino =
  /(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])/g

/** An address of somebody: not "this machine", "every machine" or a mask, and not the number of a version. */
const isSomeIp = (text: string) => (found: string, at: number) => {
  const before = text.slice(Math.max(0, at - 12), at)
  // face::add is a name in a program, though it would be an address too.
  if (isIPv6(found)) return /\d/.test(found) && found !== "::1"
  return isIPv4(found) && !/^(?:0|127|255)\./.test(found) && !/(?:\bv|version|release|build)[\s:=-]{0,3}$/i.test(before)
}

const finders: Readonly<Record<DataKind, (text: string) => ReadonlyArray<Span>>> = {
  email: emails,
  iban: ibans,
  card: (text) =>
    spansOf(text, /(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)/g, (found) => isCardNumber(digitsOf(found))),
  "us-ssn": (text) => spansOf(text, ssn, () => true),
  "uk-nino": (text) => spansOf(text, nino, () => true),
  "ip-address": (text) => [
    ...spansOf(text, /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g, isSomeIp(text)),
    ...spansOf(text, /(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])/g, isSomeIp(text)),
  ],
  "mac-address": (text) =>
    spansOf(text, /(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])/g, () => true),
  phone: findPhones,
}

/**
 * Personal data in a text, by form and check digits: mail addresses, IBANs (mod 97), card numbers (Luhn and the schemes'
 * prefixes), US social security and UK insurance numbers, IP and MAC addresses, phone numbers. Names and postal addresses
 * are not looked for. Linear in the text.
 */
export const findPersonalData = (
  text: string,
  kinds: ReadonlyArray<DataKind> = dataKinds,
): ReadonlyArray<Finding<DataKind>> =>
  withoutOverlaps(
    dataKinds
      .filter((kind) => kinds.includes(kind))
      .flatMap((kind) => finders[kind](text).map((span) => ({ kind, ...span }))),
  )
