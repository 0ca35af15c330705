import type { Retrieved } from "@switchyard/rag"

/** Are the lines of the passage's text those of its source? They are not where a reader made the text: of HTML, of records. */
export const countsLines = ({ chunk }: Pick<Retrieved, "chunk">): boolean => chunk.metadata["linesOf"] !== "source"

/**
 * The line of the source at a position of the passage's text; where lines cannot be counted, the passage's first. The first
 * line of a passage is that of its first word, blank lines before it do not count.
 */
export const lineAt = (passage: Pick<Retrieved, "chunk">, startLine: number, position: number): number =>
  countsLines(passage)
    ? startLine + passage.chunk.text.slice(0, Math.max(0, position)).trimStart().split("\n").length - 1
    : startLine
