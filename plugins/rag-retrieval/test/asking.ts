import { type LlmRequestInput, type LlmResponse, type SourcePart } from "@switchyard/core"
import type { Retrieved, Retriever } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeRetriever, retrieval, type RetrievalOptions } from "../src/index.ts"
import { embedder, libraryOf } from "./library.ts"
import { messagesOf, withStack } from "./stack.ts"

export const question = "How do I publish a plugin?"
export const asking: LlmRequestInput = { model: "openai/gpt-5", prompt: question }

export const libraryRetriever = Effect.flatMap(libraryOf(), (store) => makeRetriever({ store, embedder }))

export const sourcesIn = ({ content }: Pick<LlmResponse, "content">): ReadonlyArray<SourcePart> =>
  content.filter((part) => part.type === "source")

export const decisionsOf = ({ route }: LlmResponse): string =>
  route.decisions
    .filter(({ by }) => by === "retrieval")
    .map(({ what }) => what)
    .join("\n")

/** One call, and what the server was sent. */
export const called = (options: RetrievalOptions, request: LlmRequestInput = asking, text = "Run npm publish [1].") =>
  Effect.gen(function* () {
    const retriever = yield* libraryRetriever
    return yield* withStack(
      [retrieval({ ...options, retriever })],
      ({ kernel, upstream }) =>
        Effect.map(kernel.generate(request), (response) => ({
          response,
          messages: messagesOf(upstream.requests[0]?.body),
        })),
      [{ text }],
    )
  })

/** A passage of a document that is nothing else. */
export const passage = (
  text: string,
  source = "one.md",
  metadata: Record<string, string | number> = {},
): Retrieved => ({
  score: 1,
  chunk: {
    id: `${source}-1`,
    documentId: source,
    index: 0,
    text,
    start: 0,
    end: text.length,
    headings: [],
    metadata: { source, startLine: 1, endLine: text.split("\n").length, ...metadata },
  },
})

/** Finds these, whatever it is asked. */
export const fixed = (passages: ReadonlyArray<Retrieved>): Retriever => ({
  id: "fixed",
  retrieve: () => Effect.succeed(passages),
})
