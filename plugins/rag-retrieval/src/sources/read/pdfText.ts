/** What a reader made of a file, or why it could not: `transient` ones may pass. `install`: the package that it needs. */
export type Extracted =
  | { readonly text: string; readonly title?: string }
  | { readonly why: string; readonly transient?: true }
  | { readonly install: string }

/** A text longer than this is not what a person wrote. Units. */
export const maxText = 50_000_000

/** Pages joined by form feeds, as chunkers expect them. Titles are those that the file says of itself. */
export const pdfText = async (bytes: Uint8Array): Promise<Extracted> => {
  const unpdf = await import("unpdf").catch(missing)
  if (unpdf === undefined) return { install: "unpdf" }
  // A broken file makes pdf.js print what it mends.
  const pdf = await unpdf.getDocumentProxy(bytes, { verbosity: 0 }).catch(broken)
  if ("why" in pdf) return pdf
  try {
    if (pdf.numPages === 0) return { why: "a PDF without pages" }
    const pages = await pagesOf(pdf)
    if (pages === undefined) return { why: `more than ${maxText} characters of text` }
    if (pages.every((text) => text.trim() === "")) return { why: "a PDF without text: pictures of pages are not read" }
    const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
    const title: unknown = "Title" in info ? info.Title : undefined
    return { text: pages.join("\f"), ...(typeof title === "string" && title.trim() !== "" ? { title } : {}) }
  } finally {
    await pdf.loadingTask.destroy()
  }
}

type Pdf = Awaited<ReturnType<(typeof import("unpdf"))["getDocumentProxy"]>>

/** Undefined: they are too long. */
const pagesOf = async (pdf: Pdf): Promise<ReadonlyArray<string> | undefined> => {
  const pages: Array<string> = []
  let length = 0
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    page.cleanup()
    const lines = items.map((item) => ("str" in item ? `${item.str}${item.hasEOL ? "\n" : ""}` : ""))
    const text = lines.join("").replace(/\f/g, " ")
    length += text.length
    if (length > maxText) return undefined
    pages.push(text)
  }
  return pages
}

/** A package that is not there, and nothing else. */
export const missing = (error: unknown): undefined => {
  if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined
  throw error
}

const broken = (error: unknown): { readonly why: string } => {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) }
  return { why: name === "PasswordException" ? "an encrypted PDF: it needs a password" : `a broken PDF (${message})` }
}
