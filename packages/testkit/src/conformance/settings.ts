import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { warningsOf } from "./judge.ts"
import { check, checkAlone } from "./Scene.ts"
import { type Ask, hello, type ProviderConformance, type Setting, ways } from "./Suite.ts"
import { group } from "./group.ts"

const values = {
  temperature: 0.5,
  topP: 0.75,
  topK: 40,
  maxOutputTokens: 77,
  stop: ["END", "STOP"],
  seed: 7,
  presencePenalty: 0.25,
  frequencyPenalty: 0.5,
  reasoningEffort: "low",
} as const satisfies Readonly<Record<Setting, unknown>>

// Every name of the table is one of its keys.
const settings = Object.keys(values) as ReadonlyArray<Setting>

const asking = (setting: Setting, base: Ask): Ask => ({ ...base, [setting]: values[setting] })

/** Each setting arrives, or comes back as a warning that names it: never silently lost. */
export const settingsGroup = (suite: ProviderConformance): void =>
  group("settings", () => {
    if (suite.capabilities.upstream === false) return withoutWire(suite)
    const { model, reasoningModel } = suite
    for (const asked of reasoningModel === undefined ? [model] : [model, reasoningModel]) arrives(suite, asked)

    check(suite, "zero is a value, not an absence", (scene) =>
      Effect.gen(function* () {
        const { warnings } = yield* scene.ask("generate", { ...hello, temperature: 0, seed: 0 })
        for (const setting of ["temperature", "seed"] as const) {
          const arrived = scene.sent().setting(setting)
          assert.isTrue(arrived === 0 || warningsOf(warnings, setting).length === 1, setting)
        }
      }),
    )

    check(suite, "a plain request carries no sampling settings and draws no warnings", (scene) =>
      Effect.gen(function* () {
        for (const [index, way] of ways.entries()) {
          const { warnings } = yield* scene.ask(way, hello)
          assert.deepStrictEqual(warnings, [], way)
          for (const setting of settings) {
            // Some wires demand a limit, so a default for that one is no invention of the provider.
            if (setting !== "maxOutputTokens") assert.isUndefined(scene.sent(index).setting(setting), setting)
          }
        }
      }),
    )
  })

const arrives = (suite: ProviderConformance, model: string): void => {
  for (const setting of settings) {
    check(suite, `${setting} arrives at ${model}, or is warned of by name`, (scene) =>
      Effect.gen(function* () {
        for (const [index, way] of ways.entries()) {
          const { warnings } = yield* scene.ask(way, asking(setting, hello), model)
          const arrived = scene.sent(index).setting(setting)
          const warned = warningsOf(warnings, setting).length
          if (arrived === undefined) {
            assert.strictEqual(warned, 1, `${way}: ${setting} did not arrive, so one warning names it`)
          } else {
            assert.deepStrictEqual(arrived, values[setting], `${way}: ${setting} as it arrived`)
            assert.strictEqual(warned, 0, `${way}: ${setting} arrived, so nothing warns of it`)
          }
        }
      }),
    )
  }
}

/** Nothing can be seen on a wire: what the suite is told to be honoured must not be warned of, all else must. */
const withoutWire = (suite: ProviderConformance): void => {
  for (const setting of settings) {
    const honoured = suite.honours?.includes(setting) === true
    checkAlone(suite, `${setting} is ${honoured ? "honoured without a warning" : "warned of by name"}`, (scene) =>
      Effect.gen(function* () {
        for (const way of ways) {
          const { warnings } = yield* scene.ask(way, asking(setting, suite.sample ?? hello))
          assert.strictEqual(warningsOf(warnings, setting).length, honoured ? 0 : 1, way)
        }
      }),
    )
  }
}
