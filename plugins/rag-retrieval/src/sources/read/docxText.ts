import { htmlText } from "./htmlText.ts"
import { type Extracted, maxText, missing } from "./pdfText.ts"
import { zipProblem } from "./zipProblem.ts"

/** Headings, paragraphs, lists and tables as Markdown; pictures go. */
export const docxText = async (bytes: Uint8Array): Promise<Extracted> => {
  const problem = zipProblem(bytes)
  if (problem !== undefined) return { why: problem }
  const module = await import("mammoth").catch(missing)
  if (module === undefined) return { install: "mammoth" }
  const mammoth = module.default
  const convertImage = mammoth.images.imgElement(async () => ({ src: "" }))
  try {
    const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage })
    const { text } = htmlText(value)
    return text.length > maxText ? { why: `more than ${maxText} characters of text` } : { text }
  } catch (error) {
    return { why: `a broken Word file (${error instanceof Error ? error.message : String(error)})` }
  }
}
