import type { Mode } from "@switchyard/rag-retrieval"
import * as Effect from "effect/Effect"
import type { Switchyard, SwitchyardConfig } from "switchyard"
import { embedderNamed, embedderOf } from "./commands/rag/embedder.ts"
import { indexIn, indexName, openToRead } from "./commands/rag/place.ts"
import { extension } from "./extension.ts"
import { run } from "./logging.ts"
import { lazyStack } from "./stack.ts"

/** Which index is asked, and how. */
export interface RetrieverFlags {
  readonly store: string
  readonly index: string | undefined
  readonly mode?: Mode | undefined
  readonly neighbours?: number | "section" | undefined
  readonly embedder?: string | undefined
}

/** A retriever over an index with the embedder that it was built with; both are closed with the scope. */
export const openRetriever = async (
  { store, index, mode, neighbours, embedder }: RetrieverFlags,
  stack: () => Promise<Switchyard>,
) => {
  const { lexicalReranker, makeRetriever } = await extension(
    "@switchyard/rag-retrieval",
    () => import("@switchyard/rag-retrieval"),
  )
  const open = await openToRead(store)
  return Effect.gen(function* () {
    const opened = yield* open
    const { name, stamp } = yield* indexIn(opened, index)
    const make = () => (embedder === undefined ? embedderOf(stamp, stack) : embedderNamed(embedder, stack))
    return yield* makeRetriever({
      store: opened,
      // By words alone a question needs no vector.
      ...(mode === "keyword" ? {} : { embedder: yield* Effect.flatten(Effect.promise(make)) }),
      namespace: name,
      // One leg alone is asked for to see what that leg finds.
      ...(mode === undefined || mode === "hybrid" ? { reranker: lexicalReranker() } : {}),
      ...(mode === undefined ? {} : { mode }),
      ...(neighbours === undefined ? {} : { neighbours }),
    })
  })
}

/** Work with a plugin that gives calls the passages of an index; with none where no index is named. */
export const withIndex = async (
  index: string | undefined,
  store: string,
  config: string | undefined,
  signal: AbortSignal,
  work: (plugins: SwitchyardConfig["plugins"]) => Promise<void>,
): Promise<void> => {
  if (index === undefined) return work([])
  const { retrieval } = await extension("@switchyard/rag-retrieval", () => import("@switchyard/rag-retrieval"))
  const stack = lazyStack(config)
  try {
    const open = await openRetriever({ store, index: indexName(index) }, () => stack.open())
    const called = Effect.flatMap(open, (retriever) => Effect.promise(() => work([retrieval({ retriever })])))
    await run(Effect.scoped(called), signal)
  } finally {
    await stack.close()
  }
}
