import { type ProviderResponse, textOf } from "@switchyard/core"
import * as Result from "effect/Result"
import { canonical } from "./canonical.ts"
import type { Fence } from "./fence.ts"
import { type Found, objectsIn } from "./looseJson.ts"

type Fields = Readonly<Record<string, unknown>>

/** How the verdict of one question is read. */
export interface Protocol<A> {
  readonly fence: Fence
  /** All material that the judge was shown: a verdict that stands in it is not the judge's. */
  readonly material: ReadonlyArray<string>
  /** Is this object meant as a verdict? */
  readonly isVerdict: (fields: Fields) => boolean
  /** The verdict, or what is wrong with it, to be told to the judge. */
  readonly read: (fields: Fields) => Result.Result<A, string>
}

/** What reasoning models think aloud is not their verdict. */
const thought = /<(think|thinking|reasoning)>[\s\S]*?(<\/\1>|$)/gi

const squeeze = (text: string): string => text.replace(/[\s\\]+/g, "")

/** Those that do not stand in what the judge was shown, written in this way or as plain JSON. */
const notQuoted = (found: ReadonlyArray<Found>, material: ReadonlyArray<string>): ReadonlyArray<Found> => {
  const squeezed = material.map(squeeze)
  return found.filter(({ raw, value }) => {
    const spellings = [squeeze(raw), squeeze(JSON.stringify(value))]
    return !squeezed.some((text) => spellings.some((spelling) => text.includes(spelling)))
  })
}

const unfinished = (response: ProviderResponse): string | undefined => {
  const { unified } = response.finish
  if (unified === "length") return "your reply was cut because it was too long"
  if (unified === "content-filter") return "your reply was withheld by a filter"
  return unified === "error" ? "your reply broke off" : undefined
}

/**
 * The one verdict in a judge's reply, or why there is none. Lenient in form: prose, fences, single quotes. Strict in
 * substance: a cut reply, two verdicts that differ, an echo of the question, or a verdict that stands word for word in
 * the material and does not carry the id, count as none.
 */
export const readReply = <A>(
  response: ProviderResponse,
  protocol: Protocol<A>,
  requireId = false,
): Result.Result<A, string> => {
  const { fence, material, isVerdict, read } = protocol
  const cut = unfinished(response)
  if (cut !== undefined) return Result.fail(cut)
  const text = textOf(response.content).replace(thought, "")
  if (text.trim() === "") return Result.fail("your reply was empty")
  if (text.includes(fence.marker)) return Result.fail("your reply repeats the material, delimiters included")
  const meant = objectsIn(text).filter(({ value }) => isVerdict(value))
  const signed = meant.filter(({ value }) => value["id"] === fence.id)
  const counted = signed.length > 0 ? signed : notQuoted(meant, material)
  if (requireId && signed.length === 0) return Result.fail(`no verdict in your reply has the "id" that was asked for`)
  if (counted.length === 0) {
    return Result.fail(
      meant.length === 0
        ? "your reply holds no verdict in JSON"
        : "the only verdict in your reply stands word for word in the material",
    )
  }
  const readings = counted.map(({ value }) => read(value))
  const different = new Set(counted.map(({ value }) => canonical({ ...value, id: null })))
  const wrong = readings.find(Result.isFailure)
  if (different.size > 1) return Result.fail("your reply holds verdicts that differ")
  return wrong ?? readings[0] ?? Result.fail("your reply holds no verdict in JSON")
}
