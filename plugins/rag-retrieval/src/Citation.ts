import type { Retrieved } from "@switchyard/rag"

/** Where a passage stands. `start` and `end` are UTF-16 positions in the document's text, `end` exclusive; lines count from 1. */
export interface Citation {
  /** A path or an address; where the document has none, its id. */
  readonly source: string
  readonly title?: string
  readonly start: number
  readonly end: number
  readonly startLine?: number
  readonly endLine?: number
  /** From 1, where the document has pages. */
  readonly page?: number
  /**
   * For people: `docs/guide/07-plugins.md:12-31`. Where lines are not known: the page, `report.pdf, page 3`; the source
   * alone, where it has a fragment that says the place, `api.yaml#/info`; or else the positions, `letter.docx#120-340`.
   */
  readonly label: string
}

/** Where a passage stands, as the indexer wrote it down. */
export const citationOf = ({ chunk }: Pick<Retrieved, "chunk">): Citation => {
  const { start, end, documentId, metadata } = chunk
  const source = text(metadata["source"]) ?? documentId
  const title = text(metadata["title"])
  const startLine = natural(metadata["startLine"])
  const endLine = natural(metadata["endLine"]) ?? startLine
  const page = natural(metadata["page"])
  const where = {
    source,
    start,
    end,
    ...(title === undefined ? {} : { title }),
    ...(page === undefined ? {} : { page }),
  }
  if (startLine === undefined || endLine === undefined) {
    const unlined = source.includes("#") ? source : `${source}#${start}-${end}`
    return { ...where, label: page === undefined ? unlined : `${source}, page ${page}` }
  }
  const lines = startLine === endLine ? String(startLine) : `${startLine}-${endLine}`
  return { ...where, startLine, endLine, label: `${source}:${lines}` }
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

const natural = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 ? value : undefined
