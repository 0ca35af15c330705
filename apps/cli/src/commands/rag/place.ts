import { existsSync } from "node:fs"
import { basename, resolve } from "node:path"
import { LlmError } from "@switchyard/core"
import { type NamespaceInfo, stampName, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import type * as Scope from "effect/Scope"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"

/** Where the indexes are. */
export const storeFlag = Flag.String("store").pipe(
  Flag.withDescription("Where the indexes are: a file, or postgres://…"),
  Flag.withDefault(".switchyard/rag.sqlite"),
)

/** Also one that is miswritten: the store says what is wrong with it, and shows no password. */
export const isServer = (store: string): boolean => /^postgres(?:ql)?:/i.test(store)

/** The store, to be opened and closed with the scope. It is made where it lacks, if it may be. */
export const openStore = async (
  store: string,
  create = true,
): Promise<Effect.Effect<VectorStore, LlmError, Scope.Scope>> => {
  if (isServer(store)) {
    const { makePostgresStore } = await extension(
      "@switchyard/rag-store-postgres",
      () => import("@switchyard/rag-store-postgres"),
    )
    return makePostgresStore({ url: store, create })
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(store)?.[1]
  if (scheme !== undefined || store.includes("://") || store === "" || store === ":memory:") {
    const shown = store === "" || store === ":memory:" ? store : `${scheme ?? ""}://…`
    throw new UsageError(`--store ${shown}: give the path of a file, or postgres://…`)
  }
  if (!create && !existsSync(store)) throw new UsageError(`there is no index at ${store}: ${howToIndex}`)
  const { makeSqliteStore } = await extension(
    "@switchyard/rag-store-sqlite",
    () => import("@switchyard/rag-store-sqlite"),
  )
  return makeSqliteStore({ file: store })
}

/** The same, for those who only read: what is not there is not made. */
export const openToRead = (store: string): ReturnType<typeof openStore> => openStore(store, false)

const howToIndex = "make one with switchyard rag index FOLDER"

/** The name of an index as people write it: `docs/` is `docs`, and of a path, as `./guide/docs`, its last part. */
export const indexName = (given: string): string => {
  const name = /^(?:\.{0,2}\/|\.{1,2}$)/.test(given) ? basename(resolve(given)) : given.replace(/\/+$/, "")
  if (name === "") throw new UsageError("the name of the index is empty: give it one")
  return name
}

/** The index of this name; without a name the only one that the store holds. */
export const indexIn = Effect.fnUntraced(function* (store: VectorStore, name: string | undefined) {
  const all = yield* store.namespaces
  const found = name === undefined && all.length === 1 ? all[0] : all.find((one) => one.name === name)
  if (found !== undefined) return found
  return yield* LlmError.make({ _tag: "InvalidRequest", field: "index", message: noIndex(name, all) })
})

const noIndex = (name: string | undefined, all: ReadonlyArray<NamespaceInfo>): string => {
  if (all.length === 0) return `the store holds no index, or only empty ones: ${howToIndex}`
  const held = all.map((one) => `${one.name} (${one.count} chunks, ${stampName(one.stamp)})`).join(", ")
  return name === undefined
    ? `the store holds several indexes, say which with --index: ${held}`
    : `there is no index "${name}", or it holds nothing: ${howToIndex}, or name one of these: ${held}`
}
