import { planOf } from "./plan.ts"

/** The code of a language in a text, block by block. */
export const codeParts = (text: string, language: string): ReadonlyArray<string> =>
  planOf(text, { language, only: true }).tasks.map(({ code }) => code)
