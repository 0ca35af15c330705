import type { Span } from "../Span.ts"

const candidate = /(?<![\w.,/+-])(?:\+|00)?\(?\d(?:[ \u00a0().\-/]{0,3}\d){6,14}(?![\w]|[.,-]\d)/g
const international = /^(?:\+|00)\s?\(?[1-9]/
// (555) 123-4567, 555-123-4567, 1-800-555-0199
const northAmerican = /^(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}$/
// 030 1234567, 01 23 45 67 89, (0171) 555-1234: a trunk 0 and at least one break
const national = /^\(?0[1-9]\d{0,4}\)?(?:[ \-/.]{1,3}\d{2,8}){1,5}$/
const date = /^\d{1,4}([-/. ])\d{1,2}\1\d{1,4}$/

/** A number with a country code, as North America writes it, or with a trunk 0 and breaks. Dates and bare numbers are none. */
export const findPhones = (text: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const { 0: found, index: start } of text.matchAll(candidate)) {
    const digits = found.replace(/\D/g, "").length
    if (digits < 8 || digits > 15 || date.test(found) || new Set(found.replace(/\D/g, "")).size < 3) continue
    const isPhone =
      (found.startsWith("+") && international.test(found)) ||
      (found.startsWith("00") && /^00[1-9]\d{0,2}[ (\-/.]/.test(found)) ||
      northAmerican.test(found) ||
      (national.test(found) && digits >= 9)
    if (isPhone) spans.push({ start, end: start + found.length })
  }
  return spans
}
