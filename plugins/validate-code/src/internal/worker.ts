import { parentPort } from "node:worker_threads"
import type { Fault } from "./Fault.ts"
import type { Language } from "./languages.ts"
import { parsers } from "./parsers.ts"

export interface Question {
  readonly language: Language
  readonly code: string
}

/** `broken`: the parser is not to be used again. */
export type Answer = { readonly faults: ReadonlyArray<Fault> } | { readonly failed: string; readonly broken: boolean }

const answerTo = async ({ language, code }: Question): Promise<Answer> => {
  try {
    const parse = await parsers[language]()
    return { faults: await parse(code) }
  } catch (error) {
    const deep = error instanceof RangeError || error instanceof WebAssembly.RuntimeError
    return { failed: deep ? "it is too large for its parser, or nested too deeply" : String(error), broken: true }
  }
}

parentPort?.on("message", (question: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void answerTo(question).then((answer) => parentPort?.postMessage(answer))
})
