import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { groundedness, makeQuality } from "@switchyard/quality"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { median, report, say } from "../report.ts"

const suite = "quality"

const Pair = Schema.fromJsonString(
  Schema.Struct({
    label: Schema.Literals(["supported", "contradicted", "absent"]),
    kind: Schema.String,
    claim: Schema.String,
    passages: Schema.Array(Schema.String),
  }),
)
type Pair = typeof Pair.Type
type Label = Pair["label"]
const decode = Schema.decodeUnknownSync(Pair)

const pairsIn = (name: string): ReadonlyArray<Pair> => {
  const path = fileURLToPath(new URL(`../../../../plugins/quality/test/claims/${name}.jsonl`, import.meta.url))
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => decode(line))
}

/** The label of all claims of a text: one that is contradicted or absent decides. */
const labelOf = ({ claim, passages }: Pair): Label => {
  const labels = groundedness(claim, passages).claims.map(({ label }) => label)
  if (labels.includes("contradicted")) return "contradicted"
  return labels.length === 0 || labels.includes("absent") ? "absent" : "supported"
}

/** What a comparison of words alone would say: 70 % of a claim's words stand in one passage. */
const byWords = ({ claim, passages }: Pair): Label => {
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const mine = words(claim)
  const best = Math.max(
    0,
    ...passages
      .map((passage) => new Set(words(passage)))
      .map((theirs) => mine.filter((word) => theirs.has(word)).length),
  )
  return best >= 0.7 * mine.length ? "supported" : "absent"
}

const scores = (pairs: ReadonlyArray<Pair>, method: (pair: Pair) => Label, of: (label: Label) => boolean) => {
  let [both, ours, theirs] = [0, 0, 0]
  for (const pair of pairs) {
    const [said, is] = [of(method(pair)), of(pair.label)]
    if (said && is) both++
    if (said) ours++
    if (is) theirs++
  }
  const [precision, recall] = [both / ours, both / theirs]
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
}

const groundednessOn = (name: string): void => {
  const pairs = pairsIn(name)
  const supported = (label: Label) => label === "supported"
  const [mine, words] = [scores(pairs, labelOf, supported), scores(pairs, byWords, supported)]
  for (const key of ["precision", "recall", "f1"] as const)
    report({
      suite,
      name: `${name} (${pairs.length}): supported, ${key}`,
      ours: mine[key],
      peer: "words alone",
      peer_value: words[key],
      unit: "0..1, more is better",
    })
  const contradicted = scores(pairs, labelOf, (label) => label === "contradicted")
  for (const key of ["precision", "recall", "f1"] as const)
    report({
      suite,
      name: `${name} (${pairs.length}): contradicted, ${key}`,
      ours: contradicted[key],
      unit: "0..1, more is better",
    })
  const same = pairs.filter((pair) => labelOf(pair) === pair.label).length
  report({
    suite,
    name: `${name} (${pairs.length}): three labels right`,
    ours: same / pairs.length,
    unit: "0..1, more is better",
  })
}

/** An answer of 500 words, a question and five passages of together 300: everything that is assessed offline. */
const speed = async (): Promise<void> => {
  const pairs = pairsIn("developed")
  const words = pairs
    .map(({ claim }) => claim)
    .join(" ")
    .split(" ")
    .slice(0, 500)
  const sources = [...new Set(pairs.flatMap(({ passages }) => passages))].slice(0, 30)
  const passages = [0, 1, 2, 3, 4].map((at) => sources.slice(at * 6, at * 6 + 6).join(" "))
  const given = { question: "When was the bridge opened, and how long is it?", passages }
  const times: Array<number> = []
  const program = Effect.scoped(
    Effect.gen(function* () {
      const service = yield* makeQuality()
      for (let round = 0; round < 120; round++) {
        const start = process.cpuUsage()
        yield* service.assess(words.join(" "), given)
        const { user, system } = process.cpuUsage(start)
        times.push((user + system) / 1000)
      }
    }),
  )
  await Effect.runPromise(program)
  report({ suite, name: "assess 500 words, first (loads words)", ours: times[0] ?? Number.NaN, unit: "ms CPU" })
  report({ suite, name: "assess 500 words, median", ours: median(times.slice(40)), unit: "ms CPU" })
}

/** Groundedness on the labelled pairs, and what an assessment costs. */
export const run = async (): Promise<void> => {
  say("quality: claims with a label (supported, contradicted, absent) against their passages, offline")
  for (const name of ["developed", "unseen"]) groundednessOn(name)
  await speed()
}
