import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { makeChunker, type ChunkerOptions } from "@switchyard/rag-chunking"
import { makeTokenCounter } from "@switchyard/usage"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { load, type Untyped } from "../field.ts"
import { compare } from "../measure.ts"
import { report, say } from "../report.ts"
import { prose } from "./texts.ts"

const suite = "rag"
const tenMegabytes = 10_000_000

/** Cuts a text, and gives the chunks; of ours and of those that say so, with offsets. */
interface Cutter {
  readonly name: string
  readonly cut: (text: string) => Promise<ReadonlyArray<{ text: string; start?: number; end?: number }>>
}

const ours = async (options: ChunkerOptions): Promise<Cutter> => {
  const chunker = await Effect.runPromise(makeChunker(options))
  return {
    name: "switchyard",
    cut: (text) =>
      Effect.runPromise(Stream.runCollect(chunker.chunk({ id: "text", text, mediaType: "text/markdown" }))),
  }
}

const langchain = (splitter: Untyped, name: string): Cutter => ({
  name,
  cut: async (text) => (await splitter.splitText(text)).map((piece: string) => ({ text: piece })),
})

const chonkie = (chunker: Untyped, name: string): Cutter => ({
  name,
  cut: async (text) =>
    (await chunker.chunk(text)).map((chunk: Untyped) => ({
      text: chunk.text,
      start: chunk.startIndex,
      end: chunk.endIndex,
    })),
})

/** MB/s, ours against each; and whose chunks give the text back and say where they stand. */
const speed = async (name: string, text: string, cutters: ReadonlyArray<Cutter>, calls: number): Promise<void> => {
  for (const { name: whose, cut } of cutters) {
    const chunks = await cut(text)
    const lossless = chunks.map((chunk) => chunk.text).join("") === text
    const exact = chunks.every(({ start, end, text: piece }) => start !== undefined && text.slice(start, end) === piece)
    say(
      `  ${name}: ${whose} ${chunks.length} chunks, ${lossless ? "lossless" : "loses text"}, ${exact ? "exact" : "no exact"} offsets`,
    )
  }
  const contestants = cutters.map(({ name: whose, cut }) => ({ name: whose, call: () => cut(text) }))
  const costs = await compare(contestants, { calls, rounds: calls, concurrency: 1, warmUp: 1 })
  const wall = costs.get("switchyard")?.wallUs ?? Number.NaN
  report({ suite, name: `${name} speed`, ours: text.length / wall, unit: "MB/s" })
  for (const [peer, { wallUs }] of costs)
    if (peer !== "switchyard") report({ suite, name, ours: wall / 1000, peer, peer_value: wallUs / 1000, unit: "ms" })
}

/** The largest resident memory of a process that cuts 10 MB and keeps no chunk, in MB; and of one that only starts. */
const memory = (): void => {
  const script = fileURLToPath(new URL("./memory.ts", import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-"))
  const file = join(folder, "text.md")
  writeFileSync(file, prose(tenMegabytes))
  for (const algorithm of ["none", "recursive", "sentences", "structure"]) {
    const args = ["--conditions=@switchyard/source", script, algorithm, file]
    const printed = execFileSync(process.execPath, args, { encoding: "utf8" })
    report({ suite, name: `10 MB ${algorithm}, most memory`, ours: Number(printed), unit: "MB" })
  }
  rmSync(folder, { recursive: true })
}

/** Chunkers against LangChain's text splitters and chonkie. */
export const run = async (): Promise<void> => {
  const splitters = await load("@langchain/textsplitters")
  const { FastChunker, RecursiveChunker, SentenceChunker } = await load("@chonkiejs/core")
  const text = prose(tenMegabytes)
  say("rag: recursive, 10 MB, 1000 chars")
  const size = { chunkSize: 1000, chunkOverlap: 0 }
  await speed(
    "recursive",
    text,
    [
      await ours({ max: 1000 }),
      langchain(new splitters.RecursiveCharacterTextSplitter(size), "langchain recursive"),
      chonkie(await RecursiveChunker.create({ chunkSize: 1000 }), "chonkie recursive"),
      chonkie(await FastChunker.create({ chunkSize: 1000, delimiters: "\n.?" }), "chonkie fast (wasm)"),
    ],
    7,
  )
  say("rag: structure of Markdown and sentences, 10 MB, 1000 chars")
  await speed(
    "structure",
    text,
    [
      await ours({ algorithm: "structure", max: 1000 }),
      langchain(new splitters.MarkdownTextSplitter(size), "langchain markdown"),
    ],
    5,
  )
  await speed(
    "sentences",
    text,
    [
      await ours({ algorithm: "sentences", max: 1000 }),
      chonkie(await SentenceChunker.create({ chunkSize: 1000, chunkOverlap: 0 }), "chonkie sentences"),
    ],
    5,
  )
  say("rag: tokens of gpt-4o, 1 MB, 256 tokens")
  const counter = await Effect.runPromise(makeTokenCounter())
  await Effect.runPromise(counter.load("gpt-4o"))
  // LangChain's TokenTextSplitter downloads its ranks when it is first used; its recursive one takes a counter.
  const part = prose(tenMegabytes / 10, 11)
  const lengthFunction = (piece: string): number => counter.count(piece, "gpt-4o").tokens
  const tokens = { chunkSize: 256, chunkOverlap: 0, lengthFunction }
  await speed(
    "tokens",
    part,
    [
      await ours({ unit: "tokens", max: 256, model: "gpt-4o", counter }),
      langchain(new splitters.RecursiveCharacterTextSplitter(tokens), "langchain recursive, the same counter"),
    ],
    1,
  )
  await speed("tokens estimated", part, [await ours({ unit: "tokens", max: 256 })], 3)
  memory()
}
