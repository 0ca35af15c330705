import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { about, ask, cited, passage, text } from "./ask.ts"

const prose = (words: number): string => {
  const some = "harbour stone river window letter garden winter market silver copper silent narrow".split(" ")
  let out = ""
  for (let i = 0; i < words; i++) {
    out += some[(i * 7 + (i >> 3)) % some.length]
    out += i % 14 === 13 ? (i % 84 === 83 ? ".\n\n" : ". The ") : " "
  }
  return out
}

const needle = "The zeppelin landed on the northern meadow."

const timed = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const before = performance.now()
    const value = yield* effect
    return { value, ms: performance.now() - before }
  })

describe("size", () => {
  it.live(
    "10 MB are answered in seconds",
    () =>
      Effect.gen(function* () {
        const latin = `${prose(1_500_000)}\n\n${needle}\n`
        const chinese = `${"长城位于北京的北部，是著名的古迹。河流向东流入大海。\n\n".repeat(130_000)}飞艇降落在北边的草地上。`
        const cases = [
          ["Latin", latin, "Where did the zeppelin land?", "northern meadow"],
          ["common words", latin, "What is the harbour market in the winter garden?", "harbour"],
          ["Chinese", chinese, "飞艇降落在哪里？", "草地"],
        ] as const
        for (const [name, context, question, expected] of cases) {
          const bytes = new TextEncoder().encode(context)
          const file = { type: "file", mediaType: "text/plain", source: { type: "bytes", bytes } } as const
          const { value, ms } = yield* timed(ask(about(question, file)))
          const megabytes = bytes.length / 1e6
          process.stdout.write(
            `${name}: ${megabytes.toFixed(1)} MB in ${ms.toFixed(0)} ms = ${((megabytes / ms) * 1000).toFixed(1)} MB/s\n`,
          )
          assert.include(text(value), expected)
          assert.isBelow(ms, 15_000)
        }
      }),
    60_000,
  )

  it.live(
    "odd big texts cost no more",
    () =>
      Effect.gen(function* () {
        const texts = [
          "zeppelin".repeat(125_000),
          "飞".repeat(1_000_000),
          " ".repeat(1_000_000),
          "\n".repeat(1_000_000),
          "#".repeat(1_000_000),
          "|".repeat(1_000_000),
          "`".repeat(1_000_000),
          "- ".repeat(500_000),
          "> ".repeat(500_000),
          "[![".repeat(300_000),
          "<a ".repeat(300_000),
          "a.".repeat(500_000),
          "!".repeat(1_000_000),
          "\ud83d\ude00".repeat(500_000),
          "\ud800".repeat(1_000_000),
          "a\u0301".repeat(500_000),
          `\`\`\`\n${"zeppelin\n".repeat(100_000)}`,
          `zeppelin ${"- [ ".repeat(250_000)}`,
          '{["'.repeat(300_000),
        ]
        for (const context of texts) {
          for (const mediaType of ["text/markdown", "application/json"]) {
            const asked = about("Where did the zeppelin land?", passage(context, "odd", mediaType), passage(needle))
            const { value, ms } = yield* timed(ask(asked))
            assert.include(text(value), "northern meadow")
            assert.isBelow(ms, 5000, JSON.stringify(context.slice(0, 10)))
          }
        }
      }),
    120_000,
  )

  it.live("many small passages are read", () =>
    Effect.gen(function* () {
      const files = Array.from({ length: 5000 }, (_, index) =>
        passage(`Passage ${index} is about stones.`, `p${index}`),
      )
      const response = yield* ask(about("Where did the zeppelin land?", ...files, passage(needle, "last")))
      assert.deepStrictEqual(
        cited(response).map(({ title }) => title),
        ["last"],
      )
    }),
  )

  it.live(
    "an interrupted call stops, and others get their turn meanwhile",
    () =>
      Effect.gen(function* () {
        const file = passage(prose(3_000_000))
        const fiber = yield* Effect.forkChild(ask(about("Where did the zeppelin land?", file)), {
          startImmediately: true,
        })
        let turns = 0
        const timer = setInterval(() => turns++, 1)
        yield* Effect.sleep(100)
        const { ms } = yield* timed(Fiber.interrupt(fiber))
        clearInterval(timer)
        assert.isBelow(ms, 500)
        assert.isAbove(turns, 1)
        const exit = yield* Fiber.await(fiber)
        assert.strictEqual(exit._tag, "Failure")
      }),
    30_000,
  )
})
