import type { Retrieved } from "@switchyard/rag"
import { citationOf } from "../../Citation.ts"

/** UTF-16 units of a label that stands in a prompt. */
const longest = 120

/** Angle brackets in all their forms, and what fences and chat templates are written with. */
const framing = /[<>‹›«»〈〉《》⟨⟩﹤﹥＜＞`|]+/g

/** What cannot be seen, or turns the direction of what follows. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Zs}]+/gu

/** `[slug]` and `[...rest]` as parts of a path. Any other bracket could be the number of a passage. */
const bracket = /(?<=\/)(\[+(?:\.{3})?[a-z][\w-]*\]+)(?=[/.:]|$)|\[|\]/g

/**
 * A name that a document brings, as it may stand beside the passage in a prompt and in a trace: on one line, of a bounded
 * length, and unable to pose as a tag, as the label of another passage or as somebody's turn ("SYSTEM: …"). The end of a
 * long one is kept, where the file's name and the lines are.
 */
const harmless = (label: string): string => {
  const plain = label
    .replace(unseen, " ")
    .replace(framing, " ")
    .replace(bracket, (found, segment: string | undefined) => segment ?? (found === "[" ? "(" : ")"))
    .replace(/[:：]+(?=\s|$)/g, "")
    .replace(/ {2,}/g, " ")
    .trim()
  if (plain.length <= longest) return plain
  return `…${plain.slice(1 - longest).replace(/^[\uDC00-\uDFFF]/, "")}`
}

/** Where a passage stands, for a prompt and a trace. */
export const labelOf = (passage: Pick<Retrieved, "chunk">): string => harmless(citationOf(passage).label)
