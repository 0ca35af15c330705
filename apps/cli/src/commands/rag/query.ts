import type { Filter, Retrieved, Retriever } from "@switchyard/rag"
import type { InspectableRetriever, Mode } from "@switchyard/rag-retrieval"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { run } from "../../logging.ts"
import { configFlag, debugFlag, jsonFlag, toggle } from "../../flags.ts"
import { answerLines, type Fields, LineError } from "../../lineAnswers.ts"
import { note, out, styled } from "../../output.ts"
import { printable, printableLines } from "../../printable.ts"
import { type RetrieverFlags, openRetriever } from "../../retriever.ts"
import { lazyStack } from "../../stack.ts"
import { indexName, storeFlag } from "./place.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** `switchyard rag query`: the passages that bear on a question. */
export const ragQuery = Command.make(
  "query",
  {
    question: Argument.String("question").pipe(
      Argument.withDescription("What is looked for; without it --jsonl"),
      Argument.optional,
    ),
    index: text("index", "The index's name; default: the only one that the store holds").pipe(Flag.withAlias("i")),
    store: storeFlag,
    topK: Flag.Int("top-k").pipe(
      Flag.withAlias("k"),
      Flag.withDescription("How many passages at most"),
      Flag.withDefault(5),
    ),
    mode: Flag.String("mode").pipe(
      Flag.withDescription("vector (by meaning), keyword (by words) or hybrid (by both, and reranked)"),
      Flag.withDefault("hybrid"),
    ),
    filter: text(
      "filter",
      `Only chunks with this metadata, as JSON: {"mediaType": "text/markdown"}, or {"source": "docs/a.md"}`,
    ),
    neighbours: text("neighbours", "Chunks around each hit that are given with it: a number, or section"),
    embedder: text("embedder", "onnx:FOLDER, of an index that was built with it"),
    explain: toggle("explain", "Say why each passage was chosen, and which were left out"),
    jsonl: toggle("jsonl", 'Read lines {"id", "query", "topK"} and answer each with {"id", "hits"}'),
    config: configFlag,
    json: jsonFlag,
    debug: debugFlag,
  },
  ({ question, jsonl, json, explain, topK, filter, config, ...given }) =>
    action(async (signal) => {
      const asked = Option.getOrUndefined(question)
      if (jsonl === (asked !== undefined))
        throw new UsageError(
          jsonl ? "--jsonl reads standard input: leave the question out" : "give a question, or --jsonl",
        )
      const flags: RetrieverFlags = {
        store: given.store,
        index: Option.getOrUndefined(Option.map(given.index, indexName)),
        mode: given.mode as Mode, // checked by the retriever
        neighbours: neighboursOf(Option.getOrUndefined(given.neighbours)),
        embedder: Option.getOrUndefined(given.embedder),
      }
      const within = filterOf(Option.getOrUndefined(filter))
      const stack = lazyStack(Option.getOrUndefined(config))
      try {
        const open = await openRetriever(flags, () => stack.open())
        const answered = Effect.flatMap(open, (retriever) =>
          Effect.promise(() =>
            asked === undefined
              ? answerLines(form, (fields) => answerLine(retriever, fields, topK, within, signal))
              : answer(retriever, { text: asked, k: topK, ...within }, { json, explain }, signal),
          ),
        )
        await run(Effect.scoped(answered), signal)
      } finally {
        await stack.close()
      }
    }),
).pipe(
  Command.withDescription("Find the passages of an index that bear on a question, with the file and line of each"),
  Command.withExamples([
    { command: `switchyard rag query "How do I publish a plugin?"`, description: "Five passages" },
    { command: `switchyard rag query "retry" --index docs --mode keyword --explain`, description: "By words, and why" },
    { command: "switchyard rag query --jsonl < questions.jsonl", description: "A question a line" },
  ]),
)

const form = '{"id": …, "query": "…", "topK": 5}'

const neighboursOf = (given: string | undefined): RetrieverFlags["neighbours"] => {
  if (given === undefined) return undefined
  if (given === "section") return given
  if (!/^\d{1,3}$/.test(given)) throw new UsageError(`--neighbours ${given}: write a number, or section`)
  return Number(given)
}

const filterOf = (given: string | undefined): { readonly filter?: Filter } => {
  if (given === undefined) return {}
  try {
    const filter: unknown = JSON.parse(given)
    if (typeof filter === "object" && filter !== null && !Array.isArray(filter)) return { filter: filter as Filter } // checked by the store
  } catch {
    // What it should be is said below.
  }
  throw new UsageError(`--filter must be an object in JSON, such as {"mediaType": "text/markdown"}`)
}

type Query = Parameters<InspectableRetriever["inspect"]>[0]

const answer = async (
  retriever: InspectableRetriever,
  query: Query,
  { json, explain }: { readonly json: boolean; readonly explain: boolean },
  signal: AbortSignal,
): Promise<void> => {
  const { passages, dropped, notes, considered, queries } = await run(retriever.inspect(query), signal)
  const hitOf = await hits()
  if (json) {
    out(`${JSON.stringify({ query: query.text, hits: passages.map(hitOf) })}\n`)
    return
  }
  for (const line of notes) note(line)
  if (passages.length === 0) note("nothing was found")
  for (const [at, passage] of passages.entries()) {
    const { label, text: quoted, why } = hitOf(passage)
    out(`${styled("bold", `[${at + 1}] ${printable(label)}`)}\n${indented(quoted)}\n`)
    if (explain) for (const line of why) out(`    ${styled("dim", printable(line))}\n`)
    out("\n")
  }
  if (!explain) return
  note(`${considered} chunks were considered for ${queries.map((one) => JSON.stringify(one)).join(", ")}`)
  for (const { passage, why } of dropped) note(`left out ${printable(hitOf(passage).label)}: ${printable(why)}`)
}

const answerLine = async (
  retriever: Retriever,
  { query, topK }: Fields,
  usual: number,
  within: { readonly filter?: Filter },
  signal: AbortSignal,
) => {
  if (typeof query !== "string") throw new LineError(`the line has no "query", a text: write ${form}`)
  if (topK !== undefined && typeof topK !== "number") throw new LineError(`"topK" must be a number`)
  const found = await run(retriever.retrieve({ text: query, k: topK ?? usual, ...within }), signal)
  const hitOf = await hits()
  return {
    hits: found.map((one) => {
      const { label: _, text: __, ...hit } = hitOf(one)
      return hit
    }),
  }
}

/** Where a passage stands, and why it was found. Positions are UTF-16 units of the document's text, lines count from 1. */
const hits = async () => {
  const { citationOf } = await extension("@switchyard/rag-retrieval", () => import("@switchyard/rag-retrieval"))
  return (passage: Retrieved) => {
    const { source, start, end, startLine, label } = citationOf(passage)
    const { score, why = [], chunk } = passage
    return { source, start, end, line: startLine ?? null, score, why, label, text: chunk.text }
  }
}

/** A few lines of a passage. */
const indented = (passage: string): string => {
  const lines = printableLines(passage.trim()).filter((line) => line.trim() !== "")
  const shown = lines.slice(0, 6).map((line) => `    ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`)
  return [...shown, ...(lines.length > 6 ? [`    … ${lines.length - 6} more lines`] : [])].join("\n")
}
