import * as Command from "effect/cli/Command"
import { ragChunk } from "./rag/chunk.ts"
import { ragIndex } from "./rag/indexing.ts"
import { ragQuery } from "./rag/query.ts"

/** Retrieval without a model. */
export const rag = Command.make("rag").pipe(
  Command.withDescription("Index documents, and find the passages that bear on a question"),
  Command.withExamples([
    { command: "switchyard rag index docs/", description: "Index a folder" },
    { command: `switchyard rag query "How do I publish a plugin?"`, description: "Find passages, with file and line" },
    { command: `switchyard call --rag docs "How do I publish a plugin?"`, description: "Answer from them" },
    { command: "switchyard rag chunk guide.md --jsonl", description: "Cut a text into chunks" },
  ]),
  Command.withSubcommands([ragIndex, ragQuery, ragChunk]),
)
