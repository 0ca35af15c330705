import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { hashEmbedder } from "@switchyard/embed-local"
import { embedAll } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { type Corpus, count, dimensions, numbers } from "./vectors.ts"

const root = fileURLToPath(new URL("../../../../", import.meta.url))
const length = 300
const questions = 300
/** What is larger is generated. UTF-16 units of a file that are read. */
const largest = 400_000

/** Documentation and declarations: this repository's, and those of what is installed. */
const patterns = ["{docs/**,packages/*,plugins/*}/*.md", "node_modules/.pnpm/*/node_modules/**/*.{md,d.ts}"]

/** Pieces of texts, each once, in an order that says nothing. */
const pieces = (wanted: number): ReadonlyArray<string> => {
  const all = new Set<string>()
  for (const pattern of patterns) {
    for (const path of globSync(pattern, { cwd: root }).sort()) {
      if (/changelog/i.test(path) || all.size >= wanted) continue
      const text = textOf(path).slice(0, largest)
      for (let at = 0; at + length <= text.length && all.size < wanted; at += length)
        all.add(text.slice(at, at + length))
    }
  }
  const next = numbers(7)
  const shuffled = [...all].map((text) => [next(), text] as const).sort(([a], [b]) => a - b)
  return shuffled.map(([, text]) => text)
}

/** Of a folder that is named like a file none. */
const textOf = (path: string): string => {
  try {
    return readFileSync(root + path, "utf8")
  } catch {
    return ""
  }
}

/** Pieces of documentation by `hashEmbedder`; asked for by other pieces, and by six words of each. */
export const texts = async (): Promise<Corpus> => {
  const all = pieces(count + questions)
  if (all.length < count + questions) throw new Error(`only ${all.length} pieces of text are installed`)
  const embedder = hashEmbedder({ dimensions })
  const embed = (some: ReadonlyArray<string>) => Effect.runPromise(embedAll(embedder, some))
  const vectors = new Float32Array(count * dimensions)
  for (let at = 0; at < count; at += 1000) {
    const some = await embed(all.slice(at, at + 1000))
    for (const [i, vector] of some.entries()) vectors.set(vector, (at + i) * dimensions)
  }
  const asked = all.slice(count)
  const short = asked.map((text) => text.split(/\s+/).slice(5, 11).join(" "))
  return { name: "texts", vectors, queries: { passages: await embed(asked), "short questions": await embed(short) } }
}
