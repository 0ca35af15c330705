import { assert } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Reply } from "../Reply.ts"
import { check, type WireScene } from "./Scene.ts"
import { hello, type ProviderConformance, type Way, ways } from "./Suite.ts"
import { group } from "./group.ts"

/** What a real day brings: new fields, many callers, one after the other and all at once. */
export const tolerance = (suite: ProviderConformance): void => {
  group("unknown fields and events", () => unknown(suite))
  group("many calls", () => many(suite))
}

const unknown = (suite: ProviderConformance): void => {
  const { reasoning, tools, citations } = suite.capabilities
  const rich: Reply = {
    id: "answer-1",
    text: "One two.",
    ...(reasoning ? { reasoning: "Think." } : {}),
    ...(tools ? { toolCalls: [{ id: "c1", name: "weather", arguments: "{}" }] } : {}),
    ...(citations ? { citations: [{ url: "https://example.com", title: "T" }] } : {}),
  }
  for (const way of ways) {
    check(suite, `are passed over, ${way}: the answer is the same as without`, (scene) =>
      Effect.gen(function* () {
        const answers = []
        for (const unknownFields of [false, true]) {
          scene.restart({ ...rich, unknownFields })
          const { content, finish, id, model, warnings } = yield* scene.ask(way, hello)
          answers.push({ content, finish, id, model, warnings })
        }
        assert.deepStrictEqual(answers[1], answers[0])
      }),
    )
  }
}

const many = (suite: ProviderConformance): void => {
  const numbers = Array.from({ length: 50 }, (_, index) => index)

  /** Echoes the question, the later calls sooner, so that answers cross. */
  const echo = (scene: WireScene) => (request: RecordedRequest) => {
    const words = scene.wire.read(request).pieces.find((piece) => piece.type === "text")
    const question = words?.type === "text" ? words.text : ""
    const delayMs = 50 - Number(/\d+/.exec(question)?.[0] ?? 0)
    return { text: `You said: ${question}`, fault: { delayMs } }
  }

  const asked = Effect.fnUntraced(function* (scene: WireScene, way: Way, index: number) {
    const { content } = yield* scene.ask(way, { prompt: `question ${index} of ${way}` })
    assert.strictEqual(textOf(content), `You said: question ${index} of ${way}`)
  })

  check(suite, "50 at once, half of them streams: each gets its own answer", (scene) => {
    scene.upstream.always(echo(scene))
    const one = (index: number) => asked(scene, ways[index % 2] ?? "generate", index)
    return Effect.forEach(numbers, one, { concurrency: "unbounded" })
  })

  check(suite, "50 at once, some of which fail: failures do not spread", (scene) =>
    Effect.gen(function* () {
      const answer = echo(scene)
      scene.upstream.always((request) => {
        const reply = answer(request)
        const failing = / \d*[05] of/.test(reply.text)
        return failing ? { fault: { error: "server_error" as const } } : reply
      })
      const one = (index: number) => Effect.exit(asked(scene, ways[index % 2] ?? "generate", index))
      const exits = yield* Effect.forEach(numbers, one, { concurrency: "unbounded" })
      const failed = numbers.filter((index) => exits[index]?._tag === "Failure")
      assert.deepStrictEqual(
        failed,
        numbers.filter((index) => index % 5 === 0),
      )
    }),
  )

  check(suite, "after failures of every kind the next call works", (scene) =>
    Effect.gen(function* () {
      for (const fault of [{ resetBeforeHeaders: true }, { status: 500 }, { html: true }, { invalidJson: true }]) {
        scene.upstream.always({ fault })
        for (const way of ways) yield* Effect.exit(scene.ask(way, hello))
        scene.upstream.always({ text: "Fine." })
        for (const way of ways) assert.strictEqual(textOf((yield* scene.ask(way, hello)).content), "Fine.")
      }
    }),
  )
}
