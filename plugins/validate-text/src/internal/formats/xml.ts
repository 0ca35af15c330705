import { SaxesParser } from "saxes"
import type { Fault } from "../verdicts.ts"
import type { Format, Unchecked } from "./Format.ts"

const maxFaults = 5
// An element in an element in an element …: nobody means more than this.
const maxDepth = 1_000
// Small, so that a text that nests too deep is soon left.
const chunk = 4_096

/** What is not well-formed, with its place. Entities of a DTD are not expanded, and nothing is loaded. */
const faultsOf = (text: string, offset: number): ReadonlyArray<Fault> | Unchecked => {
  const faults: Array<Fault> = []
  const parser = new SaxesParser({ xmlns: true, position: true })
  let depth = 0
  let tooDeep = false
  let elements = 0
  parser.on("error", ({ message }) => {
    const at = Math.min(text.length, Math.max(0, parser.position - 1))
    if (faults.length < maxFaults) {
      const problem = message.replace(/^\d+:\d+:\s*/, "").replace(/\.$/, "")
      faults.push({
        message: `the XML is not well-formed at line ${parser.line}, column ${parser.column}: ${problem}`,
        start: offset + at,
        end: offset + Math.min(text.length, at + 1),
      })
    }
  })
  parser.on("opentag", () => {
    elements++
    if (++depth > maxDepth) tooDeep = true
  })
  parser.on("closetag", () => void depth--)
  for (let at = 0; at < text.length && faults.length < maxFaults && !tooDeep; at += chunk) {
    parser.write(text.slice(at, at + chunk))
  }
  if (tooDeep && faults.length === 0) {
    const message = `the XML is nested more than ${maxDepth} deep`
    return { unchecked: { message, start: offset, end: offset + text.length } }
  }
  if (faults.length < maxFaults && !tooDeep) parser.close()
  if (faults.length > 0) return faults
  return elements > 0 ? [] : [{ message: "the answer holds no XML element", start: offset, end: offset + text.length }]
}

export const xml: Format = {
  what: "well-formed XML",
  suggestion: "Answer with one well-formed XML document: one root element, every tag closed, & and < escaped.",
  fenced: true,
  check: faultsOf,
}
