import { assert, describe, it } from "@effect/vitest"
import { fold, foldCall, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { compose } from "@switchyard/core"
import { extractive, makeExtractive } from "../src/index.ts"
import { about, ask, cited, passage, request, sources, stack, text } from "./ask.ts"

const guide = `# Harbour guide

The harbour of Port Ellis was built in 1874 by Dr. Ines Varga, i.e. Two years after the great storm. It has three piers.

## Opening hours

The harbour office is open from 8 a.m. to 6 p.m. on weekdays. Dogs are welcome.

## Mooring

To moor a boat, send the form:

\`\`\`sh
curl -F boat=seagull https://example.org/moor
\`\`\`

| Pier  | Depth    |
| ----- | -------- |
| North | 9 metres |
| South | 4 metres |

## Fees

A lighthouse is a tower with a bright light. The fee for a night is **12 euros**, payable
at the office. The fee for a night is 12 euros, payable at the office.
`

it.effect("answers through the kernel, by generate and by stream", () =>
  Effect.gen(function* () {
    const kernel = yield* Kernel
    const input = { ...about("When was the harbour built?", passage(guide, "guide.md")), model: "extractive/default" }
    const whole = yield* kernel.generate(input)
    const streamed = foldCall(yield* Stream.runCollect(kernel.stream(input)))
    assert.strictEqual(whole.provider, "extractive")
    assert.include(text(whole), "1874")
    assert.deepStrictEqual(streamed.content, whole.content)
    assert.deepStrictEqual(streamed.usage, whole.usage)
  }).pipe(Effect.provide(stack)),
)

describe("an answer", () => {
  it.effect("cites the exact sentence, its place and its line", () =>
    Effect.gen(function* () {
      const response = yield* ask(about("When was the harbour built?", passage(guide, "guide.md")), { maxSentences: 1 })
      const sentence =
        "The harbour of Port Ellis was built in 1874 by Dr. Ines Varga, i.e. Two years after the great storm."
      const start = guide.indexOf("The harbour of")
      assert.deepStrictEqual(response.content, [
        { type: "text", text: `${sentence} [1]` },
        {
          type: "source",
          id: "1",
          source: {
            type: "document",
            title: "guide.md",
            mediaType: "text/markdown",
            text: sentence,
            start,
            end: start + sentence.length,
            line: 3,
          },
        },
      ])
    }),
  )

  it.effect("says that nothing was generated, costs nothing and ends with stop", () =>
    Effect.gen(function* () {
      const response = yield* ask(about("How many piers are there?", passage(guide)))
      assert.deepStrictEqual(response.finish, { unified: "stop" })
      assert.deepStrictEqual(response.usage.cost, { amount: 0, currency: "USD" })
      assert.strictEqual(response.usage.input.total, response.usage.input.uncached)
      assert.isAbove(response.usage.output.total ?? 0, 0)
      assert.strictEqual(response.warnings.length, 1)
      assert.include(response.warnings[0]?.message, "nothing was generated")
      assert.notInclude(text(response), "generated")
    }),
  )

  it.effect("keeps the code that a sentence announces, within its source", () =>
    Effect.gen(function* () {
      const response = yield* ask(about("How do I moor a boat?", passage(guide)), { maxSentences: 1 })
      assert.strictEqual(
        text(response),
        "To moor a boat, send the form: [1]\n\n```sh\ncurl -F boat=seagull https://example.org/moor\n```",
      )
      assert.include(cited(response)[0]?.text, "curl")
    }),
  )

  it.effect("reads tables by row, under the names of their columns", () =>
    Effect.gen(function* () {
      const response = yield* ask(about("What is the depth of the south pier?", passage(guide)), { maxSentences: 1 })
      assert.strictEqual(text(response), "- South: 4 metres [1]")
    }),
  )

  it.effect("prefers a definition when one is asked for", () =>
    Effect.gen(function* () {
      const other = "Our lighthouse needs a new lighthouse lamp. Every lighthouse does."
      const response = yield* ask(about("What is a lighthouse?", passage(other), passage(guide)), { maxSentences: 1 })
      assert.strictEqual(text(response), "A lighthouse is a tower with a bright light. [1]")
    }),
  )

  it.effect("says nothing twice", () =>
    Effect.gen(function* () {
      const response = yield* ask(about("What is the fee for a night?", passage(guide)))
      assert.strictEqual(text(response).split("12 euros").length, 2)
    }),
  )

  it.effect("stands in the order of the context, with a mark for each source", () =>
    Effect.gen(function* () {
      const second = passage("The harbour fee doubles in the summer season.", "fees.txt", "text/plain")
      const response = yield* ask(about("What is the harbour fee for a night?", passage(guide, "guide.md"), second))
      const titles = cited(response).map(({ title }) => title)
      assert.deepStrictEqual(titles, [...titles].toSorted().toReversed())
      sources(response).forEach(({ id }) => assert.include(text(response), `[${id}]`))
      assert.notInclude(text(response), "**")
    }),
  )

  it.effect("is the same whether generated or streamed, and streams sentence by sentence", () =>
    Effect.gen(function* () {
      const provider = makeExtractive()
      for (const question of [
        "When was the harbour built?",
        "How do I moor a boat?",
        "What is the fee at the office?",
      ]) {
        const asked = about(question, passage(guide, "guide.md"))
        const whole = yield* ask(asked)
        const parts = yield* Stream.runCollect(provider.stream?.(asked) ?? Stream.empty)
        assert.deepStrictEqual(fold(parts, "default"), whole)
        assert.strictEqual(parts[0]?.type, "stream-start")
        assert.strictEqual(parts.at(-1)?.type, "finish")
      }
      const parts = yield* Stream.runCollect(
        provider.stream?.(about("What is the fee at the harbour office?", passage(guide))) ?? Stream.empty,
      )
      assert.isAbove(parts.filter(({ type }) => type === "text-delta").length, 1)
    }),
  )
})

describe("maxOutputTokens", () => {
  const asked = about("When is the harbour office open and what is the fee?", passage(guide))

  it.effect("chooses fewer sentences and says so", () =>
    Effect.gen(function* () {
      const free = yield* ask(asked)
      const bounded = yield* ask({ ...asked, maxOutputTokens: 25 })
      assert.isAbove(free.usage.output.total ?? 0, 25)
      assert.isAtMost(bounded.usage.output.total ?? 99, 25)
      assert.strictEqual(bounded.finish.unified, "length")
      assert.match(text(bounded), /\. \[1\]$/)
    }),
  )

  it.effect("cuts the best sentence when not even one fits", () =>
    Effect.gen(function* () {
      for (const maxOutputTokens of [1, 2, 5]) {
        const response = yield* ask({ ...asked, maxOutputTokens })
        assert.isAtMost(response.usage.output.total ?? 99, maxOutputTokens)
        assert.notStrictEqual(text(response), "")
        assert.strictEqual(response.finish.unified, "length")
      }
    }),
  )

  it.effect("changes nothing when it is ample", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask({ ...asked, maxOutputTokens: 5000 }), yield* ask(asked))
    }),
  )
})

describe("options", () => {
  it.effect("bound the sentences, set the threshold and the id", () =>
    Effect.gen(function* () {
      const asked = about("What is the fee for a night at the harbour office?", passage(guide))
      assert.strictEqual(cited(yield* ask(asked, { maxSentences: 1 })).length, 1)
      const strict = yield* Effect.flip(ask(about("How deep is the unknown sea?", passage(guide)), { minScore: 1 }))
      assert.strictEqual(strict.reason._tag, "EmptyResponse")
      const kernel = yield* Kernel
      const response = yield* kernel.generate({ ...asked, model: "quotes/default" })
      assert.strictEqual(response.provider, "quotes")
    }).pipe(Effect.provide(compose([extractive({ id: "quotes", maxSentences: 2 })]))),
  )

  it.effect("are checked", () =>
    Effect.gen(function* () {
      for (const options of [{ maxSentences: 0 }, { minScore: 2 }, { id: "" }]) {
        const error = yield* Effect.flip(Effect.provide(Kernel, compose([extractive(options)])))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, Object.keys(options).join())
      }
    }),
  )

  it.effect("there is one model, and it is described", () =>
    Effect.gen(function* () {
      const provider = makeExtractive()
      assert.strictEqual(provider.describe("default")?.contextWindow, 10_000_000)
      assert.isUndefined(provider.describe("large"))
      const error = yield* Effect.flip(ask({ ...request({ prompt: "Why?" }), model: "large" }))
      assert.strictEqual(error.reason._tag, "ModelNotFound")
    }),
  )
})
