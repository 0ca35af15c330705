import type { Reply } from "../Reply.ts"

const cut = (text: string, count: number): ReadonlyArray<string> => {
  // Code points, so that no piece ends inside a surrogate pair: JSON could not carry the halves.
  const points = Array.from(text)
  const wanted = Math.max(1, Math.min(count, points.length))
  return Array.from({ length: wanted }, (_, index) =>
    points
      .slice(Math.floor((index * points.length) / wanted), Math.floor(((index + 1) * points.length) / wanted))
      .join(""),
  )
}

/** Pieces of prose: the scripted ones, a number of equal ones, or one per word with the space before it. */
export const pieces = (text: string, chunks: Reply["chunks"]): ReadonlyArray<string> => {
  if (text === "") return []
  if (typeof chunks === "number") return cut(text, chunks)
  if (chunks !== undefined && chunks.join("") === text) return chunks
  return text.match(/\s*\S+|\s+$/g) ?? [text]
}

/** Fragments of tool arguments: servers cut them anywhere, so never at a token of JSON. */
export const fragments = (text: string): ReadonlyArray<string> =>
  text === "" ? [] : cut(text, Math.ceil(text.length / 7))
