import { jsonrepair } from "jsonrepair"
import { RepairLog } from "../Repair.ts"
import type { Candidate } from "./Candidate.ts"
import { parseStrict } from "./parseAt.ts"
import { isTooDeep } from "./Value.ts"

/** What the last library is asked about is no longer than this. */
const maxLength = 100_000

/** Where our own reading finds nothing: what jsonrepair makes of the text from its first bracket to its last. */
export const fallBack = (text: string): Candidate | undefined => {
  const start = text.search(/[{[]\s*["'\w]/)
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1
  if (start < 0 || end <= start || end - start > maxLength || !/["']\s*:/.test(text.slice(start, end))) return undefined
  try {
    const value = parseStrict(jsonrepair(text.slice(start, end)))
    if (typeof value !== "object" || value === null || isTooDeep(value)) return undefined
    const repairs = new RepairLog()
    repairs.add("fallback", start)
    return { value, start, end, repairs, surrounding: { place: "text", label: "" }, members: [] }
  } catch {
    // It gives up on some texts, and overflows the stack on others.
    return undefined
  }
}
