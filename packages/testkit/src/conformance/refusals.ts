import { assert } from "@effect/vitest"
import type { LlmError, LlmResponse } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { assertNoSecret, failure, warningsOf } from "./judge.ts"
import { base64, withFile } from "./media.ts"
import { check, checkAlone, type Scene } from "./Scene.ts"
import { type Ask, hello, type ProviderConformance, ways } from "./Suite.ts"
import { weather } from "./tools.ts"
import { group } from "./group.ts"
import { wireOf } from "./wires/index.ts"

/** What a provider cannot do: it fails with `Unsupported`, or goes without and says so in a warning. */
export const refusals = (suite: ProviderConformance): void => {
  const { files, ...rest } = suite.capabilities
  const complete = [...Object.values(files), ...Object.values(rest)].every(Boolean)
  if (!complete) group("what it cannot do", () => refusing(suite))
}

const refusing = (suite: ProviderConformance): void => {
  const { capabilities } = suite
  const base = capabilities.upstream === false ? (suite.sample ?? hello) : hello
  const refused = (title: string, request: Ask, named: ReadonlyArray<string>) =>
    anywhere(suite, `${title}: is refused clearly`, (scene, sentNothing) =>
      Effect.gen(function* () {
        for (const way of ways) {
          if (yield* refusedOne(scene.ask(way, request), named)) sentNothing()
        }
      }),
    )
  const file = (mediaType: string) => withFile(mediaType, { type: "base64", base64 })

  if (!capabilities.tools) refused("tools", { ...base, tools: [weather] }, ["tools"])
  if (!capabilities.structuredOutput) {
    const output = { type: "json", schema: { type: "object", properties: {} } } as const
    refused("structured output", { ...base, output }, ["output"])
  }
  if (!capabilities.files.image) refused("an image", file("image/png"), ["messages", "files"])
  if (!capabilities.files.pdf) refused("a PDF", file("application/pdf"), ["messages", "files"])
  if (!capabilities.files.audio) refused("audio", file("audio/wav"), ["messages", "files"])
  if (!capabilities.files.text) refused("a text file", file("text/plain"), ["messages", "files"])
  if (!capabilities.reasoning) {
    refused("reasoning", { ...base, reasoningEffort: "high" }, ["reasoningEffort"])
  }
  if (!capabilities.imageOutput && capabilities.upstream !== false && wireOf(capabilities.upstream).imageOutput) {
    check(suite, "an answer of images alone: is a failure or warned of, never an empty success", (scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ images: [base64] })
        for (const way of ways) {
          const exit = yield* Effect.exit(scene.ask(way, hello))
          if (Exit.isFailure(exit)) {
            yield* failure(exit)
            continue
          }
          assert.isEmpty(exit.value.content, "it hands images over, so imageOutput is true")
          assert.isAbove(exit.value.warnings.length, 0, `${way}: images vanished`)
        }
      }),
    )
  }
  if (!capabilities.embeddings) {
    anywhere(suite, "embeddings: is refused clearly", (scene, sentNothing) =>
      Effect.map(failure(scene.embed(["one"])), (error) => {
        assert.strictEqual(error.reason._tag, "Unsupported", error.message)
        sentNothing()
      }),
    )
  }
}

type RefusalBody = (scene: Scene, sentNothing: () => void) => Effect.Effect<unknown, unknown>

const anywhere = (suite: ProviderConformance, title: string, body: RefusalBody): void => {
  if (suite.capabilities.upstream === false) checkAlone(suite, title, (scene) => body(scene, () => undefined))
  else check(suite, title, (scene) => body(scene, scene.sentNothing))
}

/** Was it refused before anything was sent? Otherwise it must have been warned of. */
const refusedOne = (call: Effect.Effect<LlmResponse, LlmError>, named: ReadonlyArray<string>): Effect.Effect<boolean> =>
  Effect.flatMap(Effect.exit(call), (exit) => {
    if (Exit.isSuccess(exit)) {
      const { warnings } = exit.value
      const said = named.some((setting) => warningsOf(warnings, setting).length > 0)
      assert.isTrue(said, `it succeeded, so a warning names ${named.join(" or ")}: ${JSON.stringify(warnings)}`)
      return Effect.succeed(false)
    }
    return Effect.map(failure(exit), (error) => {
      const { reason } = error
      assert.strictEqual(reason._tag, "Unsupported", error.message)
      if (reason._tag === "Unsupported") assert.isAbove(reason.feature.length, 0, "it names the feature")
      assertNoSecret(error, "the refusal")
      return true
    })
  })
