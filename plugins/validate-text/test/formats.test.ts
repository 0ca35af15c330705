import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { judge, placeOf } from "./stubs.ts"

type Case = readonly [type: string, params: JsonObject, good: ReadonlyArray<string>, bad: ReadonlyArray<string>]

const cases: ReadonlyArray<Case> = [
  [
    "email",
    {},
    ["a@b.co", " first.last+tag@mail.example.org\n", "müller@exämple.de", "o'neil@example.ie"],
    [
      "",
      "a@b",
      "a b@c.de",
      "@x.de",
      "a@x..de",
      "a@-x.de",
      "a.@x.de",
      "mail me at a@b.co",
      "a@b.co, c@d.co",
      "a@1.2.3.4",
    ],
  ],
  [
    "url",
    {},
    ["https://example.org", "http://localhost:8080/a?b=c#d", "<https://example.org/ä>", "https://[::1]/x"],
    [
      "example.org",
      "https://",
      "https://a b.c",
      "javascript:alert(1)",
      "See https://example.org",
      "ftp://example.org",
      "http//x.y",
    ],
  ],
  ["url", { schemes: ["ftp", "mailto:"] }, ["ftp://example.org/x", "mailto:a@b.co"], ["https://example.org"]],
  [
    "iso_date",
    {},
    ["2026-03-31", "2024-02-29", "2000-02-29", "2026-03-31T14:05:00Z", "2026-W05", "2026-060", "2026-03"],
    [
      "2026-02-29",
      "1900-02-29",
      "2026-04-31",
      "31.03.2026",
      "2026-3-1",
      "2026-13-01",
      "2026-00-10",
      "2026",
      "2026-367",
      "on 2026-03-31",
    ],
  ],
  [
    "iso_datetime",
    {},
    ["2026-03-31T14:05:00Z", "2026-03-31T14:05:00.123+02:00", "2026-03-31 14:05"],
    ["2026-03-31", "2026-03-31T25:05:00Z", "2026-03-31T14:60", "2026-02-30T10:00:00Z", "2026-03-31T14:05:00+99:00"],
  ],
  [
    "xml",
    {},
    [
      "<a/>",
      '<?xml version="1.0"?>\n<a b="1"><!-- c --><c>&amp;</c></a>',
      "```xml\n<a>x</a>\n```",
      "<x:a xmlns:x='u'/>",
    ],
    [
      "",
      "text",
      "<a>",
      "<a></b>",
      "<a><b></a></b>",
      "<a/><b/>",
      "<a b=1/>",
      "<a>&nope;</a>",
      "Here: <a/>",
      "<a",
      "<x:a/>",
      "<a>1 < 2</a>",
    ],
  ],
  [
    "format",
    { format: "SQL" },
    [
      "SELECT * FROM a WHERE b = 1;",
      "```sql\nWITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x ON CONFLICT DO NOTHING;\n```",
      "SELECT `a` FROM `t` LIMIT 1, 2",
      "SELECT TOP 5 * FROM [dbo].[my table] WITH (NOLOCK)",
      "INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = 1",
      "SELECT a FROM t WHERE id = :id AND b = @b",
      "CREATE TABLE t (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, n VARCHAR(5)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;",
      "INSERT OR REPLACE INTO t VALUES ('it\\'s', 1); -- done",
      "SELECT j->>'x', a::int FROM t WHERE c ILIKE '%x%'; DELETE FROM t USING u WHERE t.id = u.id",
      "SELECT DATE_SUB(NOW(), INTERVAL 7 DAY) FROM orders # last week",
    ],
    [
      "",
      "-- only a comment",
      "SELEC * FROM a",
      "SELECT FROM WHERE",
      "SELECT * FROM a WHERE",
      "INSERT INTO t VALUES (1,2",
      "Here is the query: SELECT 1",
      "SELECT 'abc FROM t",
      "UPDATE SET x = 1",
      "SELECT 1\u0000",
      "SELECT a,, b FROM t",
    ],
  ],
  [
    "markdown_table",
    {},
    [
      "| a | b |\n|---|---|\n| 1 | 2 |",
      "a | b\n:-- | --:\n1 | 2\n3 | 4",
      "|a|\n|-|\n|x \\| y|",
      "```markdown\n| a |\n|---|\n| 1 |\n```",
    ],
    [
      "",
      "no table",
      "| a | b |",
      "| a | b |\n| 1 | 2 |",
      "| a | b |\n|---|---|\n| 1 |",
      "| a | b |\n|---|\n| 1 | 2 |",
      "Here:\n| a | b |\n|---|---|\n| 1 | 2 |",
    ],
  ],
  [
    "markdown_table",
    { columns: ["Name", "age"] },
    ["| **name** | Age |\n|--|--|\n| x | 3 |"],
    ["| name |\n|--|\n| x |"],
  ],
  [
    "only_code",
    {},
    [
      "```python\nprint(1)\n```",
      "```\na\n```\n\n```js\nb()\n```\n",
      "const x = 1;\nexport default x",
      "def f(x):\n    # doubles it\n    return x * 2",
      "SELECT a\nFROM t\nWHERE b = 1",
      "name: app\nversion: 1",
      "<div>\n  <p>Hello</p>\n</div>",
    ],
    [
      "Here is the code:\n```python\nprint(1)\n```",
      "```python\nprint(1)\n```\nThis prints 1.",
      "```python\nprint(1)",
      "The answer is simple and needs no code.",
      "Use a loop.",
      "def f(x):\n    return x\n\nThis function returns the value it is given.",
      "",
    ],
  ],
  ["only_code", { language: "python" }, ["```Python\nx = 1\n```"], ["```js\nx\n```", "```\nx = 1\n```"]],
]

describe("formats", () => {
  it.effect.each(cases.map(([type, params, good, bad]) => ({ type, params, good, bad, name: JSON.stringify(params) })))(
    "$type $name",
    ({ type, params, good, bad }) =>
      Effect.gen(function* () {
        for (const text of good) {
          const verdict = yield* judge(text, type, params)
          assert.deepStrictEqual(verdict.issues, [], text)
          assert.isTrue(verdict.ok, text)
        }
        for (const text of bad) {
          const verdict = yield* judge(text, type, params)
          assert.isFalse(verdict.ok, text)
          for (const issue of verdict.issues) {
            assert.isNotEmpty(issue.suggestion ?? "")
            assert.isAtMost(issue.start ?? -1, issue.end ?? -2)
            assert.isAtMost(issue.end ?? Infinity, text.length, text)
          }
        }
      }),
  )

  it.effect("every format goes by the name of `format` too, however it is spelled", () =>
    Effect.gen(function* () {
      for (const format of ["isoDate", "ISO date", "iso-date", "date"]) {
        assert.isTrue((yield* judge("2026-03-31", "format", { format })).ok)
        assert.isFalse((yield* judge("tomorrow", "format", { kind: format })).ok)
      }
      assert.isTrue((yield* judge("```\nx\n```", "format", { format: "code only" })).ok)
    }),
  )

  it.effect("issues point at the fault", () =>
    Effect.gen(function* () {
      const sql = "\n```sql\nSELECT a FROM t WHERE\n  b = = 1\n```"
      assert.strictEqual(placeOf(sql, yield* judge(sql, "format", { format: "sql" })), "=")
      const table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |"
      assert.strictEqual(placeOf(table, yield* judge(table, "markdown_table")), "| 3 |")
      const code = "```js\nf()\n```\n\nIt calls f.\n"
      assert.strictEqual(placeOf(code, yield* judge(code, "only_code")), "It calls f.")
      const { issues } = yield* judge("<a>\n  <b>\n</a>", "xml")
      assert.match(issues[0]?.message ?? "", /at line 3/)
    }),
  )

  it.effect("what is made to be slow is not", () =>
    Effect.gen(function* () {
      const slow = [
        ["format", { format: "sql" }, `SELECT ${"(".repeat(20_000)}1`],
        ["format", { format: "sql" }, `SELECT ${"'\\".repeat(40_000)}`],
        ["format", { format: "sql" }, `SELECT ${"/*".repeat(40_000)}`],
        ["format", { format: "sql" }, `SELECT ${"a ".repeat(100_000)}`],
        ["xml", {}, "<a>".repeat(300_000)],
        ["xml", {}, `<a ${"b='' ".repeat(1)}>${"&".repeat(500_000)}`],
        ["only_code", {}, "a, ".repeat(300_000)],
        ["only_code", {}, "```\n".repeat(200_000)],
        ["markdown_table", {}, `|${"a|".repeat(400_000)}`],
        ["email", {}, `${"a".repeat(500_000)}@${"b.".repeat(200_000)}`],
        ["url", {}, `https://${"a.".repeat(400_000)}`],
      ] as const
      for (const [type, params, text] of slow) {
        const started = performance.now()
        yield* judge(text, type, params)
        assert.isBelow(performance.now() - started, 10_000, `${type} ${text.slice(0, 12)}`)
      }
    }),
  )
})
