// `usearch`, but for the method that the address of this module says.
import * as usearch from "usearch"

const { search } = new URL(import.meta.url)
export const { MetricKind, ScalarKind } = usearch
export class Index extends usearch.Index {}
Object.defineProperty(Index.prototype, search.slice(1), {
  value: () => {
    throw new Error("out of memory")
  },
})
