import { LlmError } from "@switchyard/core"
import type { ChunkerOptions } from "@switchyard/rag-chunking"
import type { IndexProgress, IndexReport } from "@switchyard/rag-retrieval"
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
import { isTerminal, note, oneLine, out } from "../../output.ts"
import { printable } from "../../printable.ts"
import { lazyStack } from "../../stack.ts"
import { embedderHelp, embedderNamed, embedderOf } from "./embedder.ts"
import { indexName, openStore, storeFlag } from "./place.ts"
import { sourceAt, sources } from "./source.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const size = (name: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.optional)
const patterns = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${description}; may be given several times`), Flag.atLeast(0))

/** `switchyard rag index`: makes an index hold what a folder, a repository or a file has. */
export const ragIndex = Command.make(
  "index",
  {
    path: Argument.String("path").pipe(Argument.withDescription("A folder, a repository, or a file")),
    index: text("index", "The index's name; default: the name of the folder or file").pipe(Flag.withAlias("i")),
    store: storeFlag,
    source: text("source", `${sources.join(", ")}; default: by what stands there`),
    sourceId: text(
      "source-id",
      "Names the source in the index; give it where machines with other paths share an index",
    ),
    include: patterns("include", "Only these files, as patterns of a .gitignore file"),
    exclude: patterns("exclude", "Not these files"),
    embedder: text("embedder", `${embedderHelp}; default: what the index has, else words`),
    algorithm: text("algorithm", "How texts are cut, as of rag chunk; default structure").pipe(Flag.withAlias("a")),
    max: size("max", "The most that a chunk holds, in UTF-16 units; default 1000"),
    overlap: size("overlap", "How much of the chunk before a chunk repeats at most; default 0"),
    reindex: toggle("reindex", "Embed everything again; needed when the embedder changes"),
    reindexAll: toggle(
      "reindex-all",
      "The same where the index holds other sources too: theirs goes, to be indexed again",
    ),
    maxBytes: size("max-bytes", "Larger files are skipped; default 20,000,000"),
    allowEmpty: toggle("allow-empty", "The source may be empty now: what the index holds of it goes"),
    config: configFlag,
    json: jsonFlag,
    debug: debugFlag,
  },
  ({ json, config, ...given }) =>
    action(async (signal) => {
      const stack = lazyStack(Option.getOrUndefined(config))
      try {
        const report = await runIndex(given, () => stack.open(), signal)
        out(json ? `${JSON.stringify(report)}\n` : `${summary(report)}\n`)
      } finally {
        await stack.close()
      }
    }),
).pipe(
  Command.withDescription(
    "Make an index hold what a folder, a repository or a file has: only what is new or changed is embedded, and what is gone is deleted",
  ),
  Command.withExamples([
    { command: "switchyard rag index docs/", description: "A folder, into the index docs" },
    { command: "switchyard rag index . --source repository --index code", description: "What git does not ignore" },
    { command: "switchyard rag index api.yaml --source openapi", description: "Every operation of an API" },
    { command: "switchyard rag index docs/ --store postgres://db/rag", description: "For many machines" },
  ]),
)

interface Given {
  readonly path: string
  readonly index: Option.Option<string>
  readonly store: string
  readonly source: Option.Option<string>
  readonly sourceId: Option.Option<string>
  readonly include: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  readonly embedder: Option.Option<string>
  readonly algorithm: Option.Option<string>
  readonly max: Option.Option<number>
  readonly overlap: Option.Option<number>
  readonly reindex: boolean
  readonly reindexAll: boolean
  readonly maxBytes: Option.Option<number>
  readonly allowEmpty: boolean
}

const runIndex = async (
  given: Given,
  stack: Parameters<typeof embedderNamed>[1],
  signal: AbortSignal,
): Promise<IndexReport> => {
  const { path, store: place, include, exclude, allowEmpty } = given
  const reindex = given.reindexAll ? "all" : given.reindex
  const kind = Option.getOrUndefined(given.source)
  const id = Option.getOrUndefined(given.sourceId)
  const maxBytes = Option.getOrUndefined(given.maxBytes)
  const { source, name } = await sourceAt({ path, store: place, id, include, exclude, maxBytes, kind })
  const namespace = Option.match(given.index, { onNone: () => name, onSome: indexName })
  const { indexSource } = await extension("@switchyard/rag-retrieval", () => import("@switchyard/rag-retrieval"))
  const chunker = await chunkerOf(given)
  const open = await openStore(place)
  const onProgress = progressLine()
  const work = Effect.gen(function* () {
    const store = yield* open
    const kept = (yield* store.namespaces).find((one) => one.name === namespace)
    const named = Option.getOrUndefined(given.embedder)
    // What the index has, so that the next run need not say it again.
    const make =
      named === undefined && kept !== undefined
        ? yield* Effect.promise(() => embedderOf(kept.stamp, stack))
        : yield* Effect.promise(() => embedderNamed(named, stack))
    const embedder = yield* make
    const indexed = indexSource({ source, chunker, embedder, store, namespace, reindex, allowEmpty, onProgress })
    return yield* Effect.mapBoth(indexed, {
      onFailure: ({ reason, context }) => LlmError.make({ ...reason, message: inFlags(reason.message) }, context),
      onSuccess: (report) => ({ ...report, skipped: report.skipped.map(({ id, why }) => ({ id, why: inFlags(why) })) }),
    })
  })
  return await run(Effect.scoped(work), signal)
}

/** What the library calls its options, as they are called here. */
const flagNames: ReadonlyArray<readonly [option: string, flag: string]> = [
  [`indexSource with "reindex: true"`, "--reindex"],
  [`"reindex: true"`, "--reindex"],
  [`'reindex: "all"'`, "--reindex-all"],
  [`"allowEmpty: true"`, "--allow-empty"],
  ["raise maxBytes", "raise --max-bytes"],
]

const inFlags = (text: string): string =>
  flagNames.reduce((said, [option, flag]) => said.replaceAll(option, flag), text)

const chunkerOf = async (given: Given) => {
  const { makeChunker } = await extension("@switchyard/rag-chunking", () => import("@switchyard/rag-chunking"))
  const flags = {
    algorithm: Option.getOrUndefined(given.algorithm),
    max: Option.getOrUndefined(given.max),
    overlap: Option.getOrUndefined(given.overlap),
  }
  const asked: unknown = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  const options = { algorithm: "structure", context: "headings", ...(asked as ChunkerOptions) } as const
  if (options.algorithm === ("semantic" as string)) throw new UsageError("--algorithm semantic is for rag chunk only")
  return Effect.runPromise(makeChunker(options)).catch((error: unknown) => {
    throw new UsageError(oneLine(error instanceof Error ? error.message : String(error)))
  })
}

/** Skipped documents as they come; the count so far on a terminal. */
const progressLine = () => {
  const live = isTerminal() && process.stderr.isTTY
  return ({ id, outcome, why, counts }: IndexProgress) =>
    Effect.sync(() => {
      if (outcome === "skipped")
        note(`${live ? "\r\u001b[K" : ""}skipped ${printable(id)}: ${printable(inFlags(why ?? ""))}`)
      else if (live) process.stderr.write(`\r\u001b[K${counts.seen} documents, ${counts.chunks} chunks`)
    })
}

const summary = ({ namespace, source, warnings, skipped, ms, ...counts }: IndexReport): string => {
  const { seen, added, updated, deleted, unchanged, chunks, embedded } = counts
  if (isTerminal() && process.stderr.isTTY) process.stderr.write("\r\u001b[K")
  for (const { id, why } of warnings) note(`${printable(id)}: ${printable(why)}`)
  if (chunks === 0) note(`nothing was indexed: the index ${namespace} holds nothing of ${source}`)
  const documents = `${seen} documents: ${added} added, ${updated} updated, ${deleted} deleted, ${unchanged} unchanged, ${skipped.length} skipped`
  return `index ${namespace}, from ${source}: ${documents}; ${chunks} chunks, ${embedded} texts embedded, ${(ms / 1000).toFixed(1)} s`
}
