import { readFileSync } from "node:fs"

export interface Sample {
  readonly language: string
  readonly valid: boolean
  readonly code: string
  /** Its place in the file, to name it. */
  readonly name: string
}

/** The samples of a corpus file: `=== LANGUAGE ok|broken`, then the code. */
export const samples = (file: string): ReadonlyArray<Sample> => {
  const text = readFileSync(new URL(`./corpus/${file}`, import.meta.url), "utf8")
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part, index) => {
      const end = part.indexOf("\n")
      const [language = "", label = ""] = part.slice(0, end).split(" ")
      return {
        language,
        valid: label === "ok",
        code: part.slice(end + 1),
        name: `${file}#${index + 1} ${language} ${label}`,
      }
    })
}
