import { parentPort } from "node:worker_threads"
import { docxText } from "./docxText.ts"
import { type Extracted, pdfText } from "./pdfText.ts"

/** Formats that are read in a thread of their own. */
export type Format = "pdf" | "docx"

export interface Task {
  readonly format: Format
  readonly bytes: Uint8Array
}

const readers: Readonly<Record<Format, (bytes: Uint8Array) => Promise<Extracted>>> = { pdf: pdfText, docx: docxText }

const answerTo = async ({ format, bytes }: Task): Promise<Extracted> => {
  try {
    return await readers[format](bytes)
  } catch (error) {
    return { why: `it cannot be read (${error instanceof Error ? error.message : String(error)})` }
  }
}

// What pdf.js rejects beside the promise that it gives may come when the file is answered: it must not end the next one.
process.on("unhandledRejection", () => undefined)

parentPort?.on("message", (task: Task) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void answerTo(task).then((answer) => parentPort?.postMessage(answer))
})
