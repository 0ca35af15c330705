import { type Document, parseAllDocuments, visit } from "yaml"
import type { Fault } from "../Fault.ts"

const faultsOf = (document: Document): ReadonlyArray<Fault> => {
  if (document.errors.length > 0) {
    return document.errors.map(({ pos: [start, end], message }) => ({ start, end, message }))
  }
  const faults: Array<Fault> = []
  visit(document, {
    Alias: (_, alias) => {
      const [start = 0, end = start] = alias.range ?? []
      if (alias.resolve(document) === undefined) {
        faults.push({ start, end, message: `There is no anchor '&${alias.source}' before this alias` })
      }
    },
  })
  return faults
}

/** YAML 1.2, any number of documents. Tags that are not known are no fault. */
export const yaml = (code: string): ReadonlyArray<Fault> =>
  [parseAllDocuments(code, { prettyErrors: false, uniqueKeys: true, logLevel: "silent" })]
    .flat()
    .flatMap((document) => ("errors" in document ? faultsOf(document) : []))
