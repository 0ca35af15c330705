import type { Span } from "../../Span.ts"

/** A fenced code block: where its content is, and its tag. */
export interface Fence {
  readonly outer: Span
  readonly inner: Span
  readonly tag: string
  readonly closed: boolean
}

/** The fenced code blocks of a text (CommonMark 4.5: backticks or tildes, closed by as many or by the end). */
export const fencesOf = (text: string): ReadonlyArray<Fence> => {
  const fences: Array<Fence> = []
  let open: { readonly start: number; readonly inner: number; readonly mark: string; readonly tag: string } | undefined
  for (let at = 0; at < text.length;) {
    const next = text.indexOf("\n", at)
    const end = next === -1 ? text.length : next
    const line = text.slice(at, Math.min(end, at + 200))
    const after = next === -1 ? text.length : next + 1
    const [, mark = "", info = ""] = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line) ?? []
    if (open === undefined && mark !== "") {
      open = {
        start: at,
        inner: after,
        mark,
        tag:
          info
            .trim()
            .split(/[\s{:]/)[0]
            ?.toLowerCase() ?? "",
      }
    } else if (open !== undefined && mark.startsWith(open.mark) && info.trim() === "") {
      fences.push(closedAt(open, at, end, true))
      open = undefined
    }
    at = after
  }
  if (open !== undefined) fences.push(closedAt(open, text.length, text.length, false))
  return fences
}

const closedAt = (
  { start, inner, tag }: { readonly start: number; readonly inner: number; readonly tag: string },
  at: number,
  end: number,
  closed: boolean,
): Fence => ({ outer: { start, end }, inner: { start: inner, end: Math.max(inner, at) }, tag, closed })
