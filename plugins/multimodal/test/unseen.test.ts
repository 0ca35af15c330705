import { assert, it } from "@effect/vitest"
import type { LlmRequestInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { drawing } from "./images.ts"
import { ask, image, recorder, seeing, stackOf } from "./stack.ts"

const small = Effect.promise(() => drawing(40, 30).removeAlpha().png().toBuffer())
const blindInfo = { ...seeing, inputMedia: ["text/plain"] }

it.effect("a conversation with images goes on at a model that sees none, and says what became of them", () =>
  Effect.gen(function* () {
    const bytes = yield* small
    const blind = recorder("blind", blindInfo)
    const request: LlmRequestInput = {
      model: "blind/any",
      messages: [
        {
          role: "user",
          content: [{ type: "text", text: "Look." }, { ...image(bytes), filename: "cat.png" }, image(bytes)],
        },
        { role: "assistant", content: "A cat." },
        { role: "user", content: "Which one?" },
      ],
    }
    const { warnings } = yield* Effect.provide(ask(request), stackOf([blind]))
    assert.deepStrictEqual(blind.requests[0]?.messages[0]?.content, [
      { type: "text", text: "Look." },
      { type: "text", text: "[The image cat.png was shown here.]" },
      { type: "text", text: "[An image was shown here.]" },
    ])
    assert.deepStrictEqual(
      warnings.map(({ type, message }) => [type, message]),
      [["degraded", "blind/any sees no images: 2 images of earlier turns went as a line of text"]],
    )
  }),
)

it.effect("an image of the last turn stays, for the provider to refuse", () =>
  Effect.gen(function* () {
    const bytes = yield* small
    const blind = recorder("blind", blindInfo)
    const last = image(bytes)
    const request: LlmRequestInput = { model: "blind/any", messages: [{ role: "user", content: [last] }] }
    const { warnings } = yield* Effect.provide(ask(request), stackOf([blind]))
    assert.deepStrictEqual(blind.requests[0]?.messages[0]?.content, [last])
    assert.deepStrictEqual(warnings, [])
  }),
)
