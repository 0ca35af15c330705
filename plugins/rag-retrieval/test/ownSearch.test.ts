import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { makeSqliteStore } from "@switchyard/rag-store-sqlite"
import * as Effect from "effect/Effect"
import { citationOf, makeRetriever } from "../src/index.ts"
import { embedder, indexInto, pages } from "./library.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "switchyard-retrieval-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true })),
)

it.live("a store with full-text search of its own is asked for words itself", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* makeSqliteStore({ file: join(yield* folder, "index.sqlite") })
      yield* indexInto(store, pages)
      let asked = 0
      const search = store.search
      if (search === undefined) return assert.fail("the store has no search")
      const counting = {
        ...store,
        search: (query: Parameters<typeof search>[0]) => {
          asked++
          return search(query)
        },
      }
      const retriever = yield* makeRetriever({ store: counting, embedder, neighbours: 1 })
      const query = { text: "How do I publish a plugin?", k: 1, filter: { lang: "en" } }
      const [first] = yield* retriever.retrieve(query)
      assert.strictEqual(asked, 1)
      assert.include(first?.chunk.text, "npm publish")
      assert.match(first === undefined ? "" : citationOf(first).label, /^docs\/plugins\.md:\d+-\d+$/)
      assert.match((first?.why ?? []).join("\n"), /keyword: 1st of \d+/)
    }),
  ),
)
