import { type Retrieved, sharedWords } from "@switchyard/rag"
import type { Candidate, Finding } from "./Candidate.ts"
import { chunkOf } from "./chunkOf.ts"

/** A candidate as a chunk, for those who look at its text and score. */
export const retrievedFrom = ({ match, score, scores }: Candidate): Retrieved => ({
  chunk: chunkOf(match),
  score,
  scores,
})

/** The same with a line for each leg that found it, then those of the stages after. */
export const explained = (candidate: Candidate, question: string): Retrieved => {
  const { match, scores, findings, why } = candidate
  const found = findings.map((finding) => lineOf(finding, match.text ?? "", question))
  const fused = scores["fused"]
  const lines = fused === undefined ? found : [...found, `fused: ${fused.toFixed(4)}`]
  return { ...retrievedFrom(candidate), why: [...lines, ...why] }
}

/** `keyword: 2nd of 40, 9.31 (publish, plugin)`. */
const lineOf = ({ leg, rank, of, score, query }: Finding, text: string, question: string): string => {
  const asked = query === question ? "" : `, asked as "${query.length > 80 ? `${query.slice(0, 80)}…` : query}"`
  const where = `${leg}: ${ordinal(rank)} of ${of}`
  if (leg === "vector") return `${where}, cosine ${score.toFixed(2)}${asked}`
  const shared = sharedWords(query, text)
  return `${where}, ${score.toFixed(2)}${shared.length === 0 ? "" : ` (${shared.slice(0, 8).join(", ")})`}${asked}`
}

/** `1st`, `22nd`, `113th`. */
export const ordinal = (rank: number): string => {
  const teen = rank % 100 >= 11 && rank % 100 <= 13
  const ending = teen ? "th" : (["th", "st", "nd", "rd"][rank % 10] ?? "th")
  return `${rank}${ending}`
}
