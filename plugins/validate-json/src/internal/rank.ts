import { isMembers, type Value } from "./Value.ts"
import type { Candidate } from "./Candidate.ts"

const draft =
  /\b(?:examples?|templates?|schema|drafts?|wrong|incorrect|invalid|first (?:attempt|try|version)|initial(?:ly)?|original|old|previous(?:ly)?|placeholders?|bad|do not|don't|should not|shouldn't|instead of|rather than|not valid|mistake|input|given|for reference|e\.g\.|before|such as|looks? like this|format)\b/gi
const final =
  /\b(?:final(?:ly)?|correct(?:ed|ion)?|answer|results?|actual(?:ly)?|updated?|revised|fixed|improved|here(?:'s|’s| is| are)|output|response|solution|complete[d]?|after|new|wait|sorry)\b/gi

/** How likely a value is the one that was meant, by what it is and what is said before it. Higher is better. */
export const rank = (text: string, candidate: Candidate, previousEnd: number): number => {
  const { surrounding, value, start, end, repairs } = candidate
  let points = { text: 0, fence: 1.5, answer: 3, thinking: -20 }[surrounding.place]
  if (surrounding.place === "fence") points += labelPoints(surrounding.label)
  if (isPlaceholder(value)) points -= 8
  if (isSchema(value)) points -= 2.5
  points += cue(text, start, previousEnd)
  points -= (1 - repairs.score()) * 2.5
  points += Math.min(3, Math.log2(end - start + 1) / 4)
  if (typeof value !== "object" || value === null) points -= 3
  else if (Object.keys(value).length === 0) points -= 1.5
  else if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null))
    points -= surrounding.place === "text" ? 1.2 : 0.4
  return points
}

const labelPoints = (label: string): number => {
  if (label.startsWith("json")) return 2
  return label === "" || label === "jsonc"
    ? 0.3
    : /^(?:js|javascript|ts|typescript|py|python|text|txt|output)$/.test(label)
      ? 0
      : -1
}

/** The words before a value, in its own paragraph or the line before. */
const cue = (text: string, start: number, previousEnd: number): number => {
  const before = text
    .slice(Math.max(previousEnd, start - 200), start)
    .replace(/```\w*\s*$/, "")
    .trimEnd()
  const near = before.slice(Math.max(0, before.lastIndexOf("\n\n")))
  const drafts = near.match(draft)?.length ?? 0
  const finals = near.match(final)?.length ?? 0
  return Math.max(-2, Math.min(2, 1.5 * finals)) - Math.min(2, 1.5 * drafts)
}

const stands =
  /^(?:<[^<>]+>|\.{3,}|…|\{\{.*\}\}|\[[\w ,'-]+\]|\$\{.*\}|your[_ -].*|(?:the )?(?:string|number|integer|boolean|float|value|text|int|str|bool)(?:\b.{0,30})?|placeholder.*|todo|tbd|xxx+|insert .*|enter .*|\?+)$/i

/** Are most of its strings there to be filled in? */
export const isPlaceholder = (value: Value): boolean => {
  const leaves: Array<string> = []
  const walk: Array<Value> = [value]
  let others = 0
  for (let node = walk.pop(); node !== undefined && leaves.length + others < 200; node = walk.pop()) {
    if (typeof node === "string") leaves.push(node)
    else if (typeof node === "object" && node !== null) walk.push(...Object.values(node).slice(0, 100))
    else others++
  }
  const empty = leaves.filter((leaf) => stands.test(leaf.slice(0, 200).trim())).length
  return empty > 0 && empty * 2 > leaves.length + others
}

/** Is it a JSON Schema? */
export const isSchema = (value: Value): boolean =>
  isMembers(value) && ("$schema" in value || (value["type"] === "object" && isMembers(value["properties"])))

const corrected =
  /\b(?:oops|whoops|sorry|apolog(?:y|ies|i[sz]e)|mistakes?|my bad|errata|typo|should (?:be|have been|read|say)|must be|ought to be|correct(?:ed|ion)|actually|instead(?! of)|fix(?:ed|ing)?|updated?|revis(?:ed|ion)|amended|improved|final(?:ly)?|wait|scratch that|on second thought|rather(?! than))\b/gi
const olden =
  /\b(?:original(?:ly)?|instead of|rather than|input|examples?|e\.g\.|such as|templates?|schema|drafts?|old(?:er)?|changed from|updated from|previous(?:ly)?(?=\s*(?:\w+\s*){0,2}(?::|is|was)?\s*$)|before(?=\s*:?\s*$))/gi

/** Do the words between a value and the next one call the next one a correction? The last such word counts. */
export const saysCorrected = (text: string, from: number, to: number): boolean => {
  const said = text.slice(Math.max(from, to - 300), to).replace(/[`~]{3}\w*\s*/g, "")
  const last = (words: RegExp): number => [...said.matchAll(words)].at(-1)?.index ?? -1
  return last(corrected) > last(olden)
}

/** Do two values have the shape of each other's correction? */
export const sameShape = (a: Value, b: Value): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return true
  if (!isMembers(a) || !isMembers(b)) return false
  const names = Object.keys(a)
  const shared = names.filter((name) => Object.hasOwn(b, name)).length
  return shared * 2 >= Math.max(1, Math.min(names.length, Object.keys(b).length))
}
