import type { Chunk, Document } from "@switchyard/rag"
import type { InstalledPackage } from "./corpus.ts"
import { elsewhere, questions } from "./questions.ts"

/** A question and the chunks that answer it. */
export interface Judged {
  readonly question: string
  readonly kind: "written" | "derived"
  readonly relevant: ReadonlySet<string>
}

/** Questions about installed packages, at most. */
const mostDerived = 100

/** The written questions whose answer is still where it was. `lost` names the others. */
export const writtenQuestions = (documents: ReadonlyArray<Document>, chunks: ReadonlyArray<Chunk>) => {
  const texts = new Map(documents.map(({ id, text }) => [id, text]))
  const lost: Array<string> = []
  const holding = (source: string, anchor: string): ReadonlyArray<string> => {
    const at = texts.get(source)?.indexOf(anchor) ?? -1
    const found = chunks.filter(
      ({ documentId, start, end }) => at >= 0 && documentId === source && start < at + anchor.length && at < end,
    )
    if (found.length === 0) lost.push(`${source}: ${anchor}`)
    return found.map(({ id }) => id)
  }
  const judged = questions.flatMap(({ question, source, anchor }): ReadonlyArray<Judged> => {
    const others = (elsewhere[question] ?? []).flatMap(([place, text]) => holding(place, text))
    const relevant = new Set([...holding(source, anchor), ...others])
    return relevant.size === 0 ? [] : [{ question, kind: "written", relevant }]
  })
  return { judged, lost }
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()

const openings = ["Is there a package that does this:", "I need a library for this:", "What can I install to get this:"]

/**
 * Questions made of what authors say of their packages in `package.json`; any chunk of the package's documentation answers.
 * Not taken: descriptions that stand word for word in the documentation, since that would be copying, and short ones. The
 * package's name is taken out.
 */
export const derivedQuestions = (
  packages: ReadonlyArray<InstalledPackage>,
  chunks: ReadonlyArray<Chunk>,
): ReadonlyArray<Judged> => {
  const taken: Array<Judged> = []
  for (const { name, description, documents } of packages) {
    const text = documents.map((document) => document.text).join("\n")
    const words = plain(description).split(" ")
    if (words.length < 5 || words.length > 30 || text.length < 400 || plain(text).includes(plain(description))) continue
    const own = new Set(
      plain(name)
        .split(" ")
        .filter((word) => word.length > 2),
    )
    const rest = description.split(/\s+/).filter(
      (word) =>
        !plain(word)
          .split(" ")
          .some((part) => own.has(part)),
    )
    if (rest.length < 4) continue
    const ids = new Set(documents.map(({ id }) => id))
    const relevant = chunks.filter(({ documentId }) => ids.has(documentId)).map(({ id }) => id)
    const opening = openings[taken.length % openings.length] ?? ""
    taken.push({ question: `${opening} ${rest.join(" ")}`, kind: "derived", relevant: new Set(relevant) })
    if (taken.length === mostDerived) break
  }
  return taken
}
