import * as Command from "effect/cli/Command"
import { ragChunk } from "./rag/chunk.ts"

/** Parts of a retrieval stack by themselves. */
export const rag = Command.make("rag").pipe(
  Command.withDescription("Prepare texts for retrieval"),
  Command.withExamples([{ command: "switchyard rag chunk guide.md --jsonl", description: "Cut a text into chunks" }]),
  Command.withSubcommands([ragChunk]),
)
