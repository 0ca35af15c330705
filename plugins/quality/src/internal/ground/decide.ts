import { align, type Alignment } from "./align.ts"
import { type Conflicts, conflictsOf } from "./conflicts.ts"
import type { Evidence, Sentence } from "./Evidence.ts"
import { markNames } from "./analyse.ts"
import { partsOf } from "./parts.ts"
import { lightenGeneral, unknownSubject } from "./subject.ts"
import type { Token, Unit } from "./Token.ts"

export type Label = "supported" | "contradicted" | "absent"

export interface Decision {
  readonly label: Label
  /** How far the evidence covers the claim, 0..1. */
  readonly coverage: number
  readonly passage: number | undefined
  readonly why: string
}

/**
 * From where on a claim counts as covered: all of it by weight, its common words, or more of all and fewer of these; and
 * the topic of a contradiction.
 */
const enough = { all: 0.68, words: 0.55, most: 0.72, some: 0.4, topic: 0.6 }

interface Weighed {
  readonly sentence: Sentence
  readonly aligned: Alignment
  readonly conflicts: Conflicts
  readonly coverage: number
  readonly topic: number
}

const totalOf = ({ content, tokens }: Unit): number => content.reduce((sum, at) => sum + (tokens[at]?.weight ?? 0), 0)

const noConflicts: Conflicts = { contradicts: [], weaker: [], onTopic: new Set(), resolved: new Set() }

/** Below this share there is nothing to contradict. */
const leastShared = 0.15

const weigh = (claim: Unit, sentence: Sentence, total: number): Weighed => {
  const raw = align(claim, sentence.unit)
  let shared = 0
  for (const [at, { strength, relation }] of raw)
    shared += (claim.tokens[at]?.weight ?? 0) * (relation === "opposite" ? 1 : strength)
  const conflicts = shared < leastShared * total ? noConflicts : conflictsOf(claim, sentence.unit, raw)
  const aligned = new Map(raw)
  for (const at of conflicts.resolved)
    aligned.set(at, { at: raw.get(at)?.at ?? -1, strength: 0.85, relation: "opposite" })
  let [got, topic] = [0, 0]
  for (const at of claim.content) {
    const weight = claim.tokens[at]?.weight ?? 0
    const strength = aligned.get(at)?.strength ?? 0
    got += weight * strength
    topic += weight * (conflicts.onTopic.has(at) ? 1 : strength)
  }
  return { sentence, aligned, conflicts, coverage: got / total, topic: topic / total }
}

/** Sentences that a claim is compared with. */
const most = 5

/** The sentences that share most with the claim; every one where there are few. */
const nearest = (claim: Unit, evidence: ReadonlyArray<Sentence>): ReadonlyArray<Sentence> => {
  if (evidence.length <= most) return evidence
  const keys = claim.content.map((at) => [claim.tokens[at]?.stem ?? "", claim.tokens[at]?.weight ?? 0] as const)
  return evidence
    .map((sentence) => ({
      sentence,
      shared: keys.reduce((sum, [key, weight]) => sum + (sentence.keys.has(key) ? weight : 0), 0),
    }))
    .sort((a, b) => b.shared - a.shared)
    .slice(0, most)
    .map(({ sentence }) => sentence)
}

const heavy = (token: Token | undefined): boolean => token !== undefined && token.weight >= 1

/** "It has …": what it is stands at the beginning of the sentence before. */
const pointsBack = ({ tokens }: Unit): boolean =>
  /^(?:it|its|they|their|he|she|his|her|this|these|those|such|es|er|sie|il|elle|ils)$/.test(tokens[0]?.lower ?? "")

/** Does the claim begin with it? */
const isTopic = ({ content }: Unit, at: number): boolean => content[0] === at

/** Does the sentence begin with a name that the claim does not speak of? */
const ofOther = ({ sentence, aligned }: Weighed): boolean => {
  const [first, second] = sentence.unit.tokens
  const at = first?.kind === "function" ? 1 : 0
  const name = (at === 0 ? first : second)?.kind === "name"
  return name && ![...aligned.values()].some((match) => match.at === at && match.strength > 0)
}

/** May this sentence lend the claim what the main one lacks? Names come from around; figures only with their own context. */
const lends = (claim: Unit, main: Weighed, helper: Weighed, at: number): boolean => {
  const token = claim.tokens[at]
  const shared = claim.content.filter(
    (other) => heavy(claim.tokens[other]) && (helper.aligned.get(other)?.strength ?? 0) >= 0.7,
  )
  const here = helper.sentence.passage === main.sentence.passage
  const figure = token?.quantity !== undefined || token?.day !== undefined
  if (helper.conflicts.weaker.length > 0 || helper.conflicts.onTopic.has(at)) return false
  if (here && !figure) {
    const before = main.sentence.at - helper.sentence.at
    if (before > 0 && isTopic(claim, at) && ofOther(main)) return false
    if (token?.kind === "name") return before > 0 ? before <= 4 : shared.length >= 2
    if (helper.sentence.at === 0 && isTopic(claim, at) && (helper.aligned.get(at)?.at ?? 9) < 3) return true
    const subject = (helper.aligned.get(at)?.at ?? 9) < 6
    return shared.length >= 2 || (before > 0 && before <= 2 && subject && pointsBack(main.sentence.unit))
  }
  return shared.length >= 2 && helper.conflicts.contradicts.length === 0
}

/** "a hammer and a drill": who says both must have both. */
const conjoined = ({ tokens, breaks }: Unit, at: number, aligned: Alignment): boolean => {
  if (!heavy(tokens[at]) || tokens[at]?.kind !== "word") return false
  let before = at - 1
  while (before > 0 && /^(?:a|an|the|its|their)$/.test(tokens[before]?.lower ?? "")) before--
  const joined = /^(?:and|or|und|et|y|nor)$/.test(tokens[before]?.lower ?? "")
  if (!joined && !breaks.has(before + 1)) return false
  const left = joined ? before - 1 : before
  return heavy(tokens[left]) && (aligned.get(left)?.strength ?? 0) >= 0.7
}

/** Do they share more than figures? */
const touches = (claim: Unit, { aligned, conflicts }: Weighed): boolean =>
  claim.content.some((at) => {
    const token = claim.tokens[at]
    const word = token !== undefined && token.quantity === undefined && token.day === undefined && token.weight >= 0.3
    return (
      word &&
      ((aligned.get(at)?.strength ?? 0) >= 0.7 ||
        (conflicts.onTopic.has(at) && aligned.get(at)?.relation === "opposite"))
    )
  })

/** A first name, where the evidence has the last one alone. Another first name is a conflict by itself. */
const partOfName = ({ tokens, breaks }: Unit, at: number, aligned: Alignment): boolean =>
  tokens[at]?.kind === "name" &&
  tokens[at + 1]?.kind === "name" &&
  !breaks.has(at + 1) &&
  (aligned.get(at + 1)?.strength ?? 0) >= 0.95

interface Filled {
  readonly coverage: number
  /** The same with what is on topic although it does not match. */
  readonly topic: number
  readonly words: number
  readonly missing: ReadonlyArray<string>
}

/** "because of faulty brakes": a reason of which the evidence knows nothing, or less than half. */
const unknownReason = (claim: Unit, filled: ReadonlyMap<number, number>): ReadonlyArray<string> => {
  const from = claim.tokens.findIndex(({ lower }) => lower === "because")
  const reason = claim.content.filter((at) => from >= 0 && at > from && heavy(claim.tokens[at]))
  const known = reason.filter((at) => (filled.get(at) ?? 0) >= 0.5)
  return 2 * known.length < reason.length || (reason.length > 1 && (filled.get(reason.at(-1) ?? -1) ?? 0) < 0.5)
    ? ["because"]
    : []
}

/** The coverage when other sentences add what the main one lacks. */
const fill = (claim: Unit, main: Weighed, all: ReadonlyArray<Weighed>): Filled => {
  let [got, topic, words, allWords] = [0, 0, 0, 0]
  const missing: Array<string> = []
  const filled = new Map<number, number>()
  for (const at of claim.content) {
    const token = claim.tokens[at]
    if (token === undefined) continue
    let strength = main.aligned.get(at)?.strength ?? 0
    if (strength < 0.7) {
      for (const helper of all) {
        const lent = helper === main ? 0 : 0.95 * (helper.aligned.get(at)?.strength ?? 0)
        if (lent > strength && lends(claim, main, helper, at)) strength = lent
      }
    }
    filled.set(at, strength)
    got += strength * token.weight
    topic += (main.conflicts.onTopic.has(at) ? 1 : strength) * token.weight
    if (
      strength < 0.5 &&
      ((token.required && !partOfName(claim, at, main.aligned)) || conjoined(claim, at, main.aligned))
    )
      missing.push(token.text)
    if (token.kind === "word" && token.weight >= 0.5) {
      allWords += token.weight
      words += strength * token.weight
    }
  }
  missing.push(...unknownSubject(claim, (at) => filled.get(at) ?? 0), ...unknownReason(claim, filled))
  const total = totalOf(claim)
  return { coverage: got / total, topic: topic / total, words: allWords === 0 ? 1 : words / allWords, missing }
}

/** `own`: how far the one sentence goes, without what others add. The one that speaks to the claim most decides. */
interface Found {
  readonly weighed: Weighed
  readonly own: number
  readonly coverage: number
}

/** Numbers, dates and names of the claim that the sentence has. */
const exact = ({ content, tokens }: Unit, { aligned }: Weighed): number =>
  content.filter((at) => tokens[at]?.required === true && (aligned.get(at)?.strength ?? 0) >= 0.7).length

/** Is a number, a date or a name among what speaks against the claim? */
const figureAgainst = ({ tokens }: Unit, { conflicts }: Weighed): boolean =>
  [...conflicts.onTopic].some((at) => tokens[at]?.required === true)

/** What one clause of a claim is worth. `lift`: how far an embedding says that the sentence means the same, 0..1. */
const decidePart = (claim: Unit, evidence: ReadonlyArray<Sentence>, lift: (sentence: Sentence) => number): Decision => {
  if (claim.content.length === 0) return { label: "supported", coverage: 1, passage: undefined, why: "says nothing" }
  const all = nearest(claim, evidence).map((sentence) => weigh(claim, sentence, totalOf(claim)))
  let support: Found | undefined
  let against: Found | undefined
  let best = 0
  const topicOf = (weighed: Weighed, filled: Filled) => Math.max(weighed.topic, filled.topic)
  for (const weighed of all) {
    const { conflicts, sentence } = weighed
    const filled = fill(claim, weighed, all)
    best = Math.max(best, filled.coverage)
    if (conflicts === noConflicts) continue
    const { contradicts, weaker } = conflicts
    if (contradicts.length > 0) {
      const topic = topicOf(weighed, filled)
      if (topic >= enough.topic && touches(claim, weighed) && weighed.topic > (against?.own ?? 0))
        against = { weighed, own: weighed.topic, coverage: topic }
      continue
    }
    const means = lift(sentence)
    const covers =
      (filled.coverage + means >= enough.all && filled.words + means >= enough.words) ||
      (filled.coverage + means >= enough.most && filled.words + means >= enough.some)
    if (weaker.length === 0 && filled.missing.length === 0 && covers && filled.coverage > (support?.coverage ?? 0))
      support = { weighed, own: weighed.coverage, coverage: filled.coverage }
  }
  const closer =
    support === undefined ||
    against === undefined ||
    ((support.own >= 0.85 || !figureAgainst(claim, against.weighed)) &&
      exact(claim, support.weighed) > exact(claim, against.weighed))
  if (support !== undefined && (closer || support.own >= (against?.own ?? 0) - 0.05))
    return {
      label: "supported",
      coverage: Math.min(1, support.coverage),
      passage: support.weighed.sentence.passage,
      why: support.weighed.sentence.unit.text,
    }
  if (against !== undefined)
    return {
      label: "contradicted",
      coverage: best,
      passage: against.weighed.sentence.passage,
      why: against.weighed.conflicts.contradicts.join("; "),
    }
  return {
    label: "absent",
    coverage: best,
    passage: undefined,
    why: all.flatMap(({ conflicts }) => conflicts.weaker)[0] ?? "nothing says it",
  }
}

/** "Canberra, not Sydney, is …": what is only set against something need not be in the evidence. */
const contrast = ({ tokens, breaks }: Unit): void => {
  tokens.forEach((token, at) => {
    if (token.lower !== "not" || !breaks.has(at)) return
    for (let next = at + 1; next < tokens.length && !breaks.has(next); next++) {
      const denied = tokens[next]
      if (denied === undefined || denied.kind === "function") break
      Object.assign(denied, { weight: Math.min(denied.weight, 0.3), required: false, negation: 1 })
    }
  })
}

/** Is a claim borne out by the evidence, contradicted, or not to be found? */
export const decide = (
  claim: Unit,
  { names, sentences: evidence }: Evidence,
  lift: (sentence: Sentence) => number = () => 0,
): Decision => {
  markNames(claim, names)
  contrast(claim)
  lightenGeneral(claim, ({ stem }) => evidence.some(({ keys }) => keys.has(stem)))
  const whole = decidePart(claim, evidence, lift)
  const parts = partsOf(claim)
  if (parts.length < 2) return whole
  const decided = parts.map((part) => decidePart(part, evidence, lift))
  const against = decided.find(({ label }) => label === "contradicted")
  if (against !== undefined) return { ...against, coverage: whole.coverage }
  if (decided.every(({ label }) => label === "supported")) {
    const coverage = Math.min(...decided.map((part) => part.coverage))
    return {
      label: "supported",
      coverage,
      passage: whole.passage ?? decided[0]?.passage,
      why: decided.map(({ why }) => why).join(" | "),
    }
  }
  return whole.label === "supported"
    ? { ...whole, label: "absent", passage: undefined, why: decided.find(({ label }) => label === "absent")?.why ?? "" }
    : whole
}
