import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Rewording, Rewriter } from "../../Rewriter.ts"
import { guarded } from "./guarded.ts"

export interface Reworded {
  readonly rewordings: ReadonlyArray<Rewording>
  /** What the rewriter gave and nobody can look for. */
  readonly notes: ReadonlyArray<string>
}

/** Each one is looked for by itself. */
const most = 16

/** Asks a rewriter, which somebody else may have written: what is no rewording is left out, each with a note. */
export const rewordings = (rewriter: Rewriter, question: string): Effect.Effect<Reworded, LlmError> =>
  Effect.flatMap(
    guarded(`the rewriter "${rewriter.id}"`, () => rewriter.rewrite(question)),
    // Its author may not have had the types.
    (given: unknown) =>
      Array.isArray(given) ? Effect.succeed(sorted(given, question)) : Effect.fail(noList(rewriter)),
  )

const sorted = (given: ReadonlyArray<unknown>, question: string): Reworded => {
  const [fit, notes]: [Array<Rewording>, Array<string>] = [[], []]
  for (const one of given) {
    const problem = problemOf(one)
    if (problem !== undefined) notes.push(`a rewording was left out: ${problem}`)
    else if (isRewording(one) && one.text.trim() !== "" && one.text !== question) fit.push(one)
  }
  if (fit.length > most)
    notes.push(`${fit.length - most} of ${fit.length} rewordings were left out: at most ${most} are looked for`)
  return { rewordings: fit.slice(0, most), notes }
}

const isRewording = (one: unknown): one is Rewording => problemOf(one) === undefined

const legs: ReadonlyArray<unknown> = ["vector", "keyword", "both", undefined]

const problemOf = (one: unknown): string | undefined => {
  const { text, leg, weight = 1 } = (one ?? {}) as { readonly [Key in keyof Rewording]?: unknown } // each is looked at
  if (typeof text !== "string") return "it has no text"
  const named = JSON.stringify(text.slice(0, 80))
  if (!legs.includes(leg)) return `${named} is for a leg that is not there`
  if (typeof weight === "number" && weight >= 0 && weight < Infinity) return undefined
  return `the weight of ${named} is ${String(weight)}, and no number from 0`
}

const noList = ({ id }: Rewriter): LlmError =>
  LlmError.make({ _tag: "InvalidResponse", message: `the rewriter "${id}" gave no list of rewordings` })
