import { isUtf8 } from "node:buffer"
import { readFile, stat } from "node:fs/promises"
import { isLlmError, type TokenCounter } from "@switchyard/core"
import type { ChunkerOptions } from "@switchyard/rag-chunking"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension, MissingPackage } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { writeLine } from "../../lines.ts"
import { note, oneLine } from "../../output.ts"

/** Bytes. A larger file would not fit into one text with its chunks. */
const maxFile = 256 * 1024 * 1024

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const size = (name: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.optional)

/** `switchyard rag chunk`: cuts a file. */
export const ragChunk = Command.make(
  "chunk",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A text file in UTF-8")),
    algorithm: text(
      "algorithm",
      "characters, sentences, paragraphs, sliding, recursive, structure or semantic; default recursive",
    ).pipe(Flag.withAlias("a")),
    max: size("max", "The most that a chunk holds, in the unit; default 1000 chars or 256 tokens"),
    unit: text("unit", "chars (UTF-16 units) or tokens; default chars"),
    overlap: size("overlap", "How much of the chunk before a chunk repeats at most, in the unit; default 0"),
    model: text("model", "Count the tokens of this model (needs @switchyard/usage); default: an estimate"),
    type: text("type", "The media type of the text, such as text/markdown; default: by the file's name"),
    locale: text("locale", "The language of sentences, such as th or zh-Hant"),
    jsonl: toggle("jsonl", "Print a line of JSON for each chunk: {text, start, end, headings, tokens}"),
    debug: debugFlag,
  },
  ({ file, type, jsonl, ...flags }) =>
    action(async (signal) => {
      const chunker = await chunkerOf({
        algorithm: Option.getOrUndefined(flags.algorithm),
        max: Option.getOrUndefined(flags.max),
        unit: Option.getOrUndefined(flags.unit),
        overlap: Option.getOrUndefined(flags.overlap),
        model: Option.getOrUndefined(flags.model),
        locale: Option.getOrUndefined(flags.locale),
      })
      const mediaType = Option.getOrUndefined(type)
      const document = { id: file, text: await textIn(file), ...(mediaType === undefined ? {} : { mediaType }) }
      const print = Stream.runForEach(chunker.chunk(document), ({ index, ...chunk }) => {
        const { start, end, headings, tokens } = chunk
        const head = `--- ${index}: ${start}-${end}, ${tokens} tokens${headings.length === 0 ? "" : `, ${headings.join(" > ")}`}`
        const line = jsonl
          ? JSON.stringify({ text: chunk.text, start, end, headings, tokens })
          : `${head}\n${chunk.text}`
        return Effect.promise(() => writeLine(line))
      })
      await Effect.runPromise(print, { signal })
    }),
).pipe(
  Command.withDescription(
    "Cut a text into chunks that know their place. Positions are UTF-16 units of the decoded file, as JavaScript counts them; without --overlap the chunks are the whole text.",
  ),
  Command.withExamples([
    { command: "switchyard rag chunk guide.md --algorithm structure --jsonl", description: "By headings" },
    {
      command: "switchyard rag chunk book.txt --unit tokens --max 256 --overlap 32 --jsonl",
      description: "By tokens, with overlap",
    },
  ]),
)

interface Given {
  readonly algorithm: string | undefined
  readonly max: number | undefined
  readonly unit: string | undefined
  readonly overlap: number | undefined
  readonly model: string | undefined
  readonly locale: string | undefined
}

const chunkerOf = async (given: Given) => {
  const { makeChunker } = await extension("@switchyard/rag-chunking", () => import("@switchyard/rag-chunking"))
  const plain: unknown = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const options = plain as ChunkerOptions // makeChunker checks what people write
  const counter = given.model === undefined ? undefined : await counterOf(given.model)
  const embedder = given.algorithm === "semantic" ? await embedderOf() : undefined
  const parts = { ...(counter === undefined ? {} : { counter }), ...(embedder === undefined ? {} : { embedder }) }
  try {
    return await Effect.runPromise(makeChunker({ ...options, ...parts }))
  } catch (error) {
    throw isLlmError(error) ? new UsageError(oneLine(error.reason.message)) : error
  }
}

/** The counter of the usage package, with the model's encoding loaded; without the package tokens are estimated. */
const counterOf = async (model: string): Promise<TokenCounter | undefined> => {
  try {
    const { makeTokenCounter } = await extension("@switchyard/usage", () => import("@switchyard/usage"))
    const counter = await Effect.runPromise(makeTokenCounter())
    await Effect.runPromise(counter.load(model))
    if (!counter.count("a", model).exact) note(`the tokens of ${model} are estimated`)
    return counter
  } catch (error) {
    if (!(error instanceof MissingPackage)) throw error
    note(`the tokens of ${model} are estimated: to count them, npm install @switchyard/usage`)
    return undefined
  }
}

const embedderOf = async () =>
  (await extension("@switchyard/embed-local", () => import("@switchyard/embed-local"))).hashEmbedder()

/** A byte order mark stays, as U+FEFF, and counts. Bytes that are no UTF-8 become U+FFFD, with a note. */
const textIn = async (file: string): Promise<string> => {
  try {
    const { size: bytes } = await stat(file)
    if (bytes > maxFile) throw new UsageError(`${file} is larger than 256 MiB: cut it first`)
    const content = await readFile(file)
    if (!isUtf8(content)) note(`${file} is not all UTF-8: what is not was replaced by U+FFFD`)
    return content.toString("utf8")
  } catch (error) {
    if (error instanceof UsageError) throw error
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${file}: ${code === "ENOENT" ? "there is no such file" : code}`)
  }
}
