import { assert } from "@effect/vitest"
import type { Usage } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { ReplyUsage } from "../Reply.ts"
import { check } from "./Scene.ts"
import { hello, type ProviderConformance, ways } from "./Suite.ts"
import { group } from "./group.ts"
import { wireOf } from "./wires/index.ts"

/** The invariants, for the counts that are there. */
export const assertUsage = ({ input, output }: Usage): void => {
  if (input.uncached !== undefined) {
    const sum = input.uncached + (input.cacheRead ?? 0) + (input.cacheWrite ?? 0)
    assert.strictEqual(sum, input.total, "uncached + cacheRead + cacheWrite = total")
  }
  if (output.text !== undefined) {
    assert.strictEqual(output.text + (output.reasoning ?? 0), output.total, "text + reasoning = total")
  }
  for (const [name, value] of [...Object.entries(input), ...Object.entries(output)]) {
    assert.isTrue(Number.isInteger(value) && value >= 0, `${name} is a whole number`)
  }
}

/** Token counts: the invariants hold, and what was not reported is absent. */
export const usageGroup = (suite: ProviderConformance): void =>
  group("usage", () => {
    const reports = (title: string, usage: ReplyUsage | null, judge: (usage: Usage) => void) =>
      check(suite, title, (scene) =>
        Effect.gen(function* () {
          scene.upstream.always({ usage })
          for (const way of ways) {
            const response = yield* scene.ask(way, hello)
            assertUsage(response.usage)
            judge(response.usage)
          }
        }),
      )

    const nothing = ({ input, output }: Usage) => assert.deepStrictEqual([input, output], [{}, {}])
    reports("not reported: every count is absent, not 0", null, nothing)
    if (!suite.capabilities.usage) {
      reports(
        "reported by a server, but not by this provider: every count is absent",
        { input: 9, output: 12 },
        nothing,
      )
      return
    }

    reports("totals", { input: 9, output: 12 }, ({ input, output }) => {
      assert.deepStrictEqual([input.total, output.total], [9, 12])
    })
    reports(
      "cached input and reasoning, split so that the parts add up",
      {
        input: 100,
        cachedInput: 60,
        cacheWrite: 10,
        output: 50,
        reasoning: 20,
      },
      ({ input, output }) => {
        assert.deepStrictEqual(input, { total: 100, uncached: 30, cacheRead: 60, cacheWrite: 10 })
        assert.deepStrictEqual(output, { total: 50, text: 30, reasoning: 20 })
      },
    )
    const { upstream } = suite.capabilities
    const stated = upstream === false || wireOf(upstream).inputTotal === "stated"
    reports(
      "more parts than there are tokens: the split is not believed",
      {
        input: 5,
        cachedInput: 9,
        output: 3,
        reasoning: 8,
      },
      ({ input, output }) => {
        // A total that is the sum of its parts cannot contradict them.
        assert.deepStrictEqual([input.total, output.total], [stated ? 5 : 9, 3])
      },
    )
    reports("an answer of no tokens is 0, not absent", { input: 7, output: 0 }, ({ output }) => {
      assert.strictEqual(output.total, 0)
    })
  })
