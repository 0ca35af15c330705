import { assert, describe, it } from "@effect/vitest"
import { contracts, LlmError } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as entry from "../src/index.ts"
import { asking, generate, scripted } from "./stack.ts"

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => entry.quality(options)

const request = asking("How long is the bridge?", "The bridge has a length of 503 metres.")
const long = "The bridge is 503 metres long."

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(entry.quality.manifest, {
      name: "@switchyard/quality",
      kind: "middleware",
      contract: contracts.middleware,
      permissions: ["network"],
    })
    assert.strictEqual(entry.plugin, entry.quality)
  })

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, says: ReadonlyArray<string>]> = [
    [{ warnBelow: 2 }, ["warnBelow"]],
    [{ similarity: -1 }, ["similarity"]],
    [{ judge: {} }, ["judge", "model"]],
    [{ judge: { model: "a/b", timeoutMs: 0 } }, ["judge", "timeoutMs"]],
    [{ embedder: "mini" }, ["embedder"]],
    [{ checkCode: true }, ["checkCode"]],
    [{ drift: { method: "guess" } }, ["drift", "method"]],
    [{ alerts: { webhook: {} } }, ["alerts", "webhook", "url"]],
    [{ statistics: { window: 0 } }, ["statistics", "window"]],
    [{ experiment: { name: "x" } }, ["experiment", "variants"]],
    [{ experiment: { name: "x", variants: [{ name: "only" }] } }, ["variants"]],
    [{ warnbelow: 0.5 }, ["warnbelow"]],
  ]
  it.effect.each(nonsense.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const { plugin, seen } = scripted("p", long)
        const error = yield* Effect.flip(generate([plugin, made(options)], request))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        for (const said of says) assert.include(error.message, said)
        assert.strictEqual(seen.length, 0)
      }),
  )

  it.effect("changes nothing of an answer but its assessment, and adds nothing to the request", () =>
    Effect.gen(function* () {
      const [bare, with_] = [scripted("p", long), scripted("p", long)]
      const without = yield* generate([bare.plugin], request)
      const { providerData, ...rest } = yield* generate([with_.plugin, made({})], request)
      assert.deepStrictEqual(Object.keys(providerData ?? {}), ["quality"])
      assert.deepStrictEqual(
        [rest.content, rest.finish, rest.warnings],
        [without.content, without.finish, without.warnings],
      )
      assert.deepStrictEqual(with_.seen, bare.seen)
    }),
  )

  it.effect("a failure of the provider goes up unchanged", () =>
    Effect.gen(function* () {
      const { plugin } = scripted("p", () => {
        throw new Error("broken")
      })
      const [alone, watched] = [
        yield* Effect.flip(generate([plugin], request)),
        yield* Effect.flip(generate([plugin, made({})], request)),
      ]
      assert.strictEqual(watched.reason._tag, alone.reason._tag)
    }),
  )

  it.effect("an embedder that fails costs its part and no answer", () =>
    Effect.gen(function* () {
      const fails: Embedder = {
        id: "test",
        version: "1",
        dimensions: 2,
        embed: () => Effect.fail(LlmError.make({ _tag: "Overloaded", message: "no" })),
      }
      const response = yield* generate([scripted("p", long).plugin, made({ embedder: fails })], request)
      const found = entry.assessmentOf(response)
      assert.deepStrictEqual([found?.method, found?.groundedness], ["lexical", 1])
    }),
  )

  it.effect("interrupting the call interrupts what it waits for", () =>
    Effect.gen(function* () {
      let [began, stopped] = [false, false]
      const waits: Embedder = {
        id: "test",
        version: "1",
        dimensions: 2,
        embed: () =>
          Effect.onInterrupt(
            Effect.suspend(() => {
              began = true
              return Effect.never
            }),
            () => Effect.sync(() => (stopped = true)),
          ),
      }
      const fiber = yield* Effect.forkChild(generate([scripted("p", long).plugin, made({ embedder: waits })], request))
      for (let turn = 0; turn < 1000 && !began; turn++) yield* Effect.yieldNow
      assert.isTrue(began)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(stopped)
    }),
  )
})
