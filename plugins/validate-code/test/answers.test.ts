import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { afterAll } from "vitest"
import { CodeChecker, type CodeIssue } from "../src/index.ts"
import { judge, placeOf } from "./stubs.ts"

const check = (text: string, options: { readonly language?: string; readonly only?: boolean } = {}) =>
  Effect.scoped(Effect.flatMap(CodeChecker.make(), (checker) => checker.check(text, options)))

const told = ({ line, column, kind, language }: CodeIssue) => [kind, language, line, column]

describe("where code is", () => {
  it.live("every block is checked, with its place in the answer", () =>
    Effect.gen(function* () {
      const text =
        'Two:\n\n```py title=x\ndef f(:\n    pass\n```\n\n1. and\n   ~~~js\n   let = = 1\n   ~~~\n\n> ```json\n> {"a": }\n> ```\n'
      const { issues, checked } = yield* check(text)
      assert.deepStrictEqual(checked, ["python", "javascript", "json"])
      assert.deepStrictEqual(issues.filter((issue, i) => issue.line !== issues[i - 1]?.line).map(told), [
        ["syntax", "python", 4, 7],
        ["syntax", "javascript", 10, 10],
        ["syntax", "json", 14, 9],
      ])
    }),
  )

  it.live("an answer that ends inside of a block is cut off", () =>
    Effect.gen(function* () {
      const { issues } = yield* check("```python\nx = 1\n")
      assert.deepStrictEqual(issues.map(told), [["truncated", "python", 1, 1]])
    }),
  )

  it.live("code in no known language is told, and no alarm", () =>
    Effect.gen(function* () {
      const { ok, unchecked } = yield* check("```kotlin\nfun (\n```\n\n```\n+--(\n```\n")
      assert.deepStrictEqual([ok, unchecked], [true, ["kotlin", "unknown"]])
      assert.deepStrictEqual(yield* check("Only words (and a bracket."), {
        ok: true,
        issues: [],
        checked: [],
        unchecked: ["unknown"],
      })
    }),
  )

  it.live("a block without a name beside the language that was asked for is its output", () =>
    Effect.gen(function* () {
      const text = "```python\nprint(1)\n```\nOutput:\n```\n1 )\n```\n"
      assert.isTrue((yield* check(text, { language: "python" })).ok)
      assert.isFalse((yield* check("```\nprint(1))\n```", { language: "python" })).ok)
    }),
  )

  it.live("code that nobody named is recognised where it leaves no doubt", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* check("```\nSELECT a FROM\n```")).issues.map(told), [["syntax", "sql", 2, 14]])
      assert.deepStrictEqual((yield* check("```\nfn main() {\n    let mut x = ;\n}\n```")).checked, ["rust"])
    }),
  )

  const scope = Scope.makeUnsafe()
  const shared = Effect.runSync(Scope.provide(CodeChecker.make(), scope))
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it.live.prop(
    "positions hold for any text around, in UTF-16 units, with any line break",
    {
      before: Schema.Array(Schema.Literals(["word", "é", "😀", "\t", "- x", "> q", ""])),
      newline: Schema.Literals(["\n", "\r\n"]),
      indent: Schema.Literals(["", "  ", "   "]),
    },
    ({ before, newline, indent }) =>
      Effect.gen(function* () {
        const code = [`${indent}\`\`\`js`, `${indent}const s = "😀é"; const ) = 1`, `${indent}\`\`\``]
        const text = [...before, "", ...code, "after"].join(newline)
        const { issues } = yield* shared.check(text)
        const [{ start = -1, line = -1, column = -1 } = {}] = issues
        assert.strictEqual(start, text.indexOf(")"))
        assert.strictEqual(line, before.length + 3)
        assert.strictEqual(text.split("\n")[line - 1]?.charAt(column - 1), ")")
      }),
    { arbitrary: { seed: "answers" } },
  )

  it.live.prop(
    "any text at all gets a report",
    {
      text: Schema.String,
      language: Schema.Literals([
        "python",
        "js",
        "ts",
        "go",
        "rust",
        "java",
        "cpp",
        "c",
        "sql",
        "bash",
        "html",
        "css",
        "yaml",
        "toml",
        "json",
        "json5",
      ]),
    },
    ({ text, language }) =>
      Effect.gen(function* () {
        const { ok, issues } = yield* shared.check(text, { language })
        assert.strictEqual(ok, issues.length === 0)
        for (const { start, end, line, column } of issues) {
          assert.isTrue(start >= 0 && start <= end && end <= text.length && line > 0 && column > 0)
        }
      }),
    { arbitrary: { seed: "answers" } },
  )
})

describe("bounds", () => {
  it.live("a text that is too long is refused", () =>
    Effect.gen(function* () {
      const checker = yield* CodeChecker.make({ maxChars: 10 })
      assert.deepStrictEqual(
        (yield* checker.check("```js\n1\n```\n")).issues.map(({ kind }) => kind),
        ["refused"],
      )
    }).pipe(Effect.scoped),
  )

  it.live("a parser that takes too long is left, and the next block is parsed", () =>
    Effect.gen(function* () {
      const checker = yield* CodeChecker.make({ timeoutMs: 400 })
      const slow = "class A { int f() { return 1; } }\n".repeat(25_000)
      const { issues } = yield* checker.check(slow, { language: "java" })
      assert.match(issues[0]?.message ?? "", /more than 400 ms/)
      assert.isFalse((yield* checker.check("{", { language: "json" })).ok)
    }).pipe(Effect.scoped),
  )

  it.live.each([
    { language: "javascript", code: "(".repeat(200_000) },
    { language: "typescript", code: "A<".repeat(100_000) },
    { language: "javascript", code: "!".repeat(200_000) },
    { language: "go", code: `package p\nvar x = ${"(".repeat(20_000)}` },
    { language: "java", code: `class A { int x = ${"(".repeat(3_000)}; }` },
  ])("what is nested too deeply for $language is refused, and the next code parsed", ({ language, code }) =>
    Effect.gen(function* () {
      const checker = yield* CodeChecker.make()
      assert.isFalse((yield* checker.check(code, { language })).ok)
      assert.isTrue((yield* checker.check("", { language })).ok)
      assert.isTrue((yield* checker.check("x = 1", { language: "python" })).ok)
    }).pipe(Effect.scoped),
  )

  it.live("interruption leaves the parser, and the checker works on", () =>
    Effect.gen(function* () {
      const checker = yield* CodeChecker.make()
      const slow = "class A { int f() { return 1; } }\n".repeat(25_000)
      const cut = yield* checker.check(slow, { language: "java" }).pipe(Effect.timeoutOption("100 millis"))
      assert.strictEqual(cut._tag, "None")
      assert.isTrue((yield* checker.check("x = 1", { language: "python" })).ok)
    }).pipe(Effect.scoped),
  )
})

describe("verdicts", () => {
  it.live("a named language must be there, others are left alone", () =>
    Effect.gen(function* () {
      const text = "```sql\nSELECT\n```\n```python\nprint(1\n```\n"
      const python = yield* judge(text, "python")
      assert.deepStrictEqual([python.ok, python.score, python.issues.length], [false, 0, 1])
      const none = yield* judge("```sql\nSELECT 1\n```", "python")
      assert.match(none.issues[0]?.message ?? "", /holds no python code/)
      assert.isTrue((yield* judge("```sql\nSELECT 1\n```", "python", { require: false })).ok)
      assert.isTrue((yield* judge("no code", "code")).ok)
      assert.isFalse((yield* judge("no code.", "code", { require: true })).ok)
    }),
  )

  it.live("an issue says what, where and how to mend it", () =>
    Effect.gen(function* () {
      const text = 'Sure:\n```python\nprint "x"\n```'
      const verdict = yield* judge(text, "code")
      assert.match(verdict.issues[0]?.message ?? "", /^python: .* \(line 3, column 7\)$/)
      assert.match(verdict.issues[0]?.suggestion ?? "", /functions/)
      assert.strictEqual(placeOf(text, verdict), '"x"')
    }),
  )

  it.live("the dialect that is asked for is the one that counts", () =>
    Effect.gen(function* () {
      const text = "```sql\nSELECT `a` FROM `t`\n```"
      assert.isTrue((yield* judge(text, "sql")).ok)
      assert.isFalse((yield* judge(text, "code", { language: "postgresql" })).ok)
      assert.isTrue((yield* judge(text, "code", { language: "mysql" })).ok)
    }),
  )
})
