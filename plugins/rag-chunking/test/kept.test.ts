import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { algorithms, type ChunkerOptions } from "../src/index.ts"
import { cut, letters } from "./cut.ts"

const ends = (chunks: Awaited<ReturnType<typeof cut>>) => chunks.map(({ start, end }) => [start, end])

describe("what is kept together", () => {
  it("a fence that fits only without the overlap is not cut", async () => {
    const before = `${"Intro sentence here. ".repeat(9)}\n\n`
    const fence = `\`\`\`js\n${"let some = value;\n".repeat(14)}\`\`\`\n`
    const text = `${before}${fence}\nAfter it.\n`
    for (const algorithm of algorithms.filter((other) => other !== "semantic")) {
      const chunks = await cut(text, { algorithm, max: 300, overlap: 60 })
      assert.isTrue(
        chunks.some((chunk) => chunk.text.includes(fence)),
        algorithm,
      )
    }
  })

  it("a change of meaning inside a fence that fits cuts nothing, in one that does not fit it cuts", async () => {
    const fence = '```js\nimport fs from "fs"\n\nconst parse = () => 1\n```\n'
    const text = `The cat sat on the mat. Dogs bark at night.\n\n${fence}\nThe end is near. Quite so.\n`
    const semantic = { amount: 50 }
    const given = { algorithm: "semantic", embedder: letters, semantic } as const
    const inside = (max: number) =>
      cut(text, { ...given, max }).then((chunks) =>
        chunks.map(({ end }) => end - text.indexOf(fence)).filter((end) => end > 0 && end < fence.length),
      )
    assert.deepStrictEqual(await inside(1000), [])
    assert.include(await inside(fence.length - 1), fence.indexOf("const"))
  })

  it("an overlap begins with a whole grapheme, behind a tag too; no tag is cut off its last sign", async () => {
    const text = "aaaa bbbb <b title=xx>\u0301cc dddd eeee ffff gggg"
    const overlapping = await cut(text, { algorithm: "characters", max: 24, overlap: 10 }, { mediaType: "text/html" })
    assert.notInclude(ends(overlapping).flat(), 22)
    const small = await cut(text, { algorithm: "characters", max: 22 }, { mediaType: "text/html" })
    assert.deepStrictEqual(ends(small).slice(0, 2), [[0, 10], [10, 32]]) // prettier-ignore
  })

  it("a page that begins inside a grapheme begins behind it", async () => {
    const options = { mediaType: "application/pdf", metadata: { pageStarts: [1] } }
    const chunks = await cut("e\u0301 two", { algorithm: "structure" }, options)
    assert.deepStrictEqual(
      chunks.map(({ text, metadata }) => [text, metadata["page"]]),
      [
        ["e\u0301", 1],
        [" two", 2],
      ],
    )
  })
})

interface Part {
  readonly text: string
  /** Kept together if it fits. */
  readonly kept: boolean
}

const loose = FastCheck.constantFrom(
  "Dr. Smith ran. He said “no.” Then ", "\n\n", "word ", "日本語の文章です。", "👩‍👩‍👧‍👦", "e\u0301\u0323", "x".repeat(30), "สวัสดีครับ ผมชื่อ ",
) // prettier-ignore
const words = FastCheck.array(FastCheck.constantFrom("a", "let b ", "Aba. ", "Xyz? ", "🇩🇪", "e\u0301", "。"), {
  maxLength: 12,
})
const joined = words.map((all) => all.join(""))
const lines = FastCheck.array(FastCheck.oneof(joined, FastCheck.constant("")), { maxLength: 6 })
const fence = FastCheck.tuple(FastCheck.constantFrom("```", "~~~~", "````"), lines).map(
  ([sign, inside]) => `${sign}\n${inside.map((line) => `${line}\n`).join("")}${sign}\n`,
)
const cells = FastCheck.array(joined, { minLength: 1, maxLength: 4 })

/** The parts of a text of one type. In Markdown each of them is on lines of its own. */
const kinds: Readonly<Record<string, FastCheck.Arbitrary<Part>>> = {
  "text/markdown": FastCheck.oneof(
    FastCheck.oneof(loose, FastCheck.constant("# Head")).map((text) => ({ text: `${text}\n`, kept: false })),
    fence.map((text) => ({ text, kept: true })),
    cells.map((all) => ({ text: `| ${all.join(" | ")} |\n`, kept: true })),
  ),
  "text/html": FastCheck.oneof(
    FastCheck.oneof(loose, FastCheck.constantFrom("<p>", "<h2>Head</h2>", "\u0301")).map((text) => ({
      text,
      kept: false,
    })),
    cells.map((all) => ({ text: `<tr>${all.map((cell) => `<td>${cell}</td>`).join("")}</tr>`, kept: true })),
  ),
  "text/csv": FastCheck.tuple(joined, lines).map(([first, rest]) => ({
    text: `${first},"${rest.join("\n")}"\n`,
    kept: true,
  })),
}

const settings = FastCheck.record({
  given: FastCheck.constantFrom(...Object.entries(kinds)).chain(([mediaType, part]) =>
    FastCheck.array(part, { maxLength: 30 }).map((parts) => ({ mediaType, parts })),
  ),
  max: FastCheck.integer({ min: 1, max: 120 }),
  share: FastCheck.double({ min: 0, max: 0.99, noNaN: true }),
})

/** Each word and each sign is a token. */
const counted = (text: string): number => (text.match(/\w{1,5}|\s+|[^\w\s]/gu) ?? []).length
const counter = { count: (text: string) => ({ tokens: counted(text), exact: true }) }

const units: Readonly<Record<string, { readonly options: ChunkerOptions; readonly size: (text: string) => number }>> = {
  chars: { options: {}, size: (text) => text.length },
  "counted tokens": { options: { unit: "tokens", counter }, size: counted },
}

describe.each(algorithms)("%s", (algorithm) => {
  const given: ChunkerOptions = { algorithm, ...(algorithm === "semantic" ? { embedder: letters } : {}) }
  it.each(Object.keys(units))("in %s: no fence, row or grapheme that fits is cut, with an overlap either", (unit) => {
    const { options, size } = units[unit] ?? assert.fail(unit)
    return FastCheck.assert(
      FastCheck.asyncProperty(settings, async ({ given: { mediaType, parts }, max, share }) => {
        const text = parts.map((part) => part.text).join("")
        const boundaries = [...new Intl.Segmenter().segment(text)].map(({ index }) => index).concat(text.length)
        for (const overlap of [0, Math.floor(share * max)]) {
          const chunks = await cut(text, { ...given, ...options, max, overlap }, { mediaType })
          const cuts = [...new Set(ends(chunks).flat())]
          for (const at of cuts) assert.include(boundaries, at, "a grapheme is cut")
          let from = 0
          for (const part of parts) {
            const to = from + part.text.length
            // A sign that joins the last one of a row belongs to it.
            const whole = boundaries.find((boundary) => boundary >= to) ?? to
            if (part.kept && size(text.slice(from, whole)) <= max)
              for (const at of cuts) assert.isFalse(at > from && at < to, `${at} is inside ${from}-${to}`)
            from = to
          }
        }
      }),
      { numRuns: 100, seed: 1 },
    )
  })
})
