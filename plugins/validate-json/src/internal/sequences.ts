import { RepairLog } from "../Repair.ts"
import type { Candidate } from "./Candidate.ts"
import { isPlaceholder } from "./rank.ts"
import type { Value } from "./Value.ts"

/** What may stand between the values of one sequence: blanks, commas, bullets, numbers, rules, field names of streams. */
const gap =
  /^(?:[\s,;\u00a0\ufeff\u200b]|\n\s*(?:[-*•+]|\d+[.)])[ \t]+|\n?-{3,}\n|\ndata:|`|\]|\}|<\/?(?:tool_call|function_call|item|json|response)>|<\|(?:tool_call|python_tag)[^|]*\|>)*$/

/** Values that follow each other with nothing of their own between them become one array. */
export const joinSequences = (text: string, found: ReadonlyArray<Candidate>): ReadonlyArray<Candidate> => {
  const joined: Array<Candidate> = []
  let run: Array<Candidate> = []
  const close = () => {
    const [first] = run
    if (run.length > 1 && first !== undefined) joined.push(asArray(run))
    else if (first !== undefined) joined.push(first)
    run = []
  }
  for (const candidate of found) {
    const last = run[run.length - 1]
    if (last !== undefined && !follows(text, last, candidate)) close()
    run.push(candidate)
  }
  close()
  return joined
}

const follows = (text: string, before: Candidate, after: Candidate): boolean =>
  after.start >= before.end &&
  after.start - before.end < 200 &&
  before.surrounding.place === after.surrounding.place &&
  before.surrounding.label === after.surrounding.label &&
  !text.slice(before.end, after.start).includes("```") &&
  !before.repairs.has("truncated") &&
  typeof before.value === "object" &&
  isPlaceholder(before.value) === isPlaceholder(after.value) &&
  gap.test(text.slice(before.end, after.start))

const asArray = (members: ReadonlyArray<Candidate>): Candidate => {
  const repairs = new RepairLog()
  const value: Array<Value> = []
  for (const member of members) {
    repairs.addAll(member.repairs)
    value.push(member.value)
  }
  const [start, end] = [members[0]?.start ?? 0, members[members.length - 1]?.end ?? 0]
  repairs.add("sequence", start)
  return { value, start, end, repairs, surrounding: members[0]?.surrounding ?? { place: "text", label: "" }, members }
}
