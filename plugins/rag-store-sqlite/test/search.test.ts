import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeSqliteStore } from "../src/index.ts"

const stamp = { id: "test/search", version: "1", dimensions: 1 }

const texts: Readonly<Record<string, string>> = {
  camel: "Call parseHttpRequest before the HTTPServer starts.",
  snake: "Set max_output_tokens, or MAX_RETRIES in the environment.",
  plain: "A request is parsed, and the server answers.",
  chinese: "我们在北京大学学习自然语言处理。",
  japanese: "検索エンジンは文書を探します。",
  korean: "학교에서 한국어를 배웁니다",
  thai: "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
  hindi: "हिन्दी में खोज करना",
  arabic: "اللُّغَةُ العَرَبِيَّة",
  german: "Über die Größe der Äpfel",
  wide: "ＡＰＩ　ｋｅｙ",
  vietnamese: "Tìm kiếm tiếng Việt",
  version: "Released in v2.10.3 on 2024-05-01",
  stems: "Publishing plugins",
  plusses: "Written in C++ and Rust",
  sharps: "Written in C# for .NET",
  letter: "Written in C",
  smile: "All is well 😀",
  cat: "黒い犬と猫",
  halves: "broken \ud800 half, then zebra",
}

const asked: ReadonlyArray<readonly [text: string, ids: ReadonlyArray<string>]> = [
  ["parsehttprequest", ["camel"]],
  ["parseHttpRequest", ["camel", "plain"]],
  ["http", ["camel"]],
  ["server", ["camel", "plain"]],
  ["maxOutputTokens", ["snake"]],
  ["max_retries", ["snake"]],
  ["tokens", ["snake"]],
  ["北京", ["chinese"]],
  ["北京大学", ["chinese"]],
  ["京大", ["chinese"]],
  ["京北", []],
  ["上海大学", ["chinese"]],
  ["学", ["chinese"]],
  ["検索", ["japanese"]],
  ["エンジン", ["japanese"]],
  ["文書", ["japanese"]],
  ["학교", ["korean"]],
  ["한국어", ["korean"]],
  ["ภาษา", ["thai"]],
  ["ช่องว่าง", ["thai"]],
  ["हिन्दी", ["hindi"]],
  ["खोज", ["hindi"]],
  ["हिन", []],
  ["اللغة", ["arabic"]],
  ["groesse", []],
  ["grosse uber", ["german"]],
  ["apfel", ["german"]],
  ["api", ["wide"]],
  ["tieng viet", ["vietnamese"]],
  ["v2", ["version"]],
  ["2024-05-01", ["version"]],
  ["how do I publish a plugin", ["stems"]],
  ["c++", ["plusses"]],
  ["C#", ["sharps"]],
  ["C", ["letter"]],
  [".net", ["sharps"]],
  ["😀", ["smile"]],
  ["😢", []],
  ["猫", ["cat"]],
  ["MAXOUTPUTTOKENS", ["snake"]],
  ["zebra", ["halves"]],
]

describe("search", () => {
  it.effect("finds identifiers by their parts, and words of scripts without spaces wherever they are written", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const store = yield* makeSqliteStore({ file: ":memory:" })
        const records = Object.entries(texts).map(([id, text]) => ({ id, text, vector: new Float32Array([1]) }))
        yield* store.upsert({ stamp, records })
        for (const [text, ids] of asked) {
          const found = yield* store.search({ text, k: 100 })
          assert.sameMembers(
            found.map(({ id }) => id),
            [...ids],
            text,
          )
        }
        assert.deepStrictEqual((yield* store.get(["halves"]))[0]?.text, texts.halves)
      }),
    ),
  )

  it.effect("what others keep in their namespaces changes no score", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const store = yield* makeSqliteStore({ file: ":memory:" })
        const put = (namespace: string, count: number) => {
          const records = Array.from({ length: count }, (_, i) => ({
            id: `r${i}`,
            text: i % 3 === 0 ? "a zebra" : "a lion and a bird",
            vector: new Float32Array([1]),
          }))
          return store.upsert({ namespace, stamp, records })
        }
        const ask = Effect.map(store.search({ namespace: "one", text: "zebra", k: 1 }), (found) =>
          found.map(({ score }) => score),
        )
        yield* put("one", 9)
        const before = yield* ask
        yield* put("two", 500)
        assert.deepStrictEqual(yield* ask, before)
        assert.isAbove(before[0] ?? 0, 0)
      }),
    ),
  )
})
