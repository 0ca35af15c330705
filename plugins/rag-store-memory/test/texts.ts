import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { hashEmbedder } from "@switchyard/embed-local"
import { embedAll, stampOf } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { numbers } from "./vectors.ts"

const packages = join(import.meta.dirname, "..", "..", "..")
const length = 300

/** Pieces of this repository's pages and sources, in an order that says nothing. */
const pieces = (): ReadonlyArray<string> => {
  const paths = ["docs/**/*.md", "{packages,plugins}/*/README.md", "{packages,plugins}/*/src/**/*.ts"]
    .flatMap((pattern) => globSync(pattern, { cwd: packages }))
    .toSorted()
  const all = new Set<string>()
  for (const path of paths) {
    const text = readFileSync(join(packages, path), "utf8")
    for (let at = 0; at + length <= text.length; at += length) all.add(text.slice(at, at + length))
  }
  const next = numbers(7)
  return [...all]
    .map((text) => [next(), text] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, text]) => text)
}

const embedder = hashEmbedder({ dimensions: 384 })
export const textStamp = stampOf(embedder)

/** Vectors of `count` pieces of text, and of questions: some other pieces whole, and six words of each. */
export const texts = Effect.fnUntraced(function* (count: number, questions: number) {
  const all = pieces()
  const asked = all.slice(count, count + questions)
  const six = asked.map((text) => text.split(/\s+/).slice(5, 11).join(" "))
  const [vectors, passages, short] = [
    yield* embedAll(embedder, all.slice(0, count)),
    yield* embedAll(embedder, asked),
    yield* embedAll(embedder, six),
  ]
  return { vectors, passages, short }
})
