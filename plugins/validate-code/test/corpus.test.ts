import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CodeChecker } from "../src/index.ts"
import { samples } from "./corpus.ts"

describe.each(["first.txt", "second.txt", "third.txt"])("the samples of %s", (file) => {
  it.live(
    "valid code raises no alarm, broken code is found, bare and in a fence",
    () =>
      Effect.gen(function* () {
        const checker = yield* CodeChecker.make()
        const wrong: Array<string> = []
        for (const { code, language, name, valid } of samples(file)) {
          const fenced = `Here:\n\n\`\`\`\`${language}\n${code}\n\`\`\`\`\n`
          const inFence = yield* checker.check(fenced)
          if (inFence.ok !== valid) wrong.push(`${name}, in a fence`)
          for (const { line, start, end } of inFence.issues) {
            if (line < 4 || start > end || fenced.slice(0, start).split("\n").length !== line)
              wrong.push(`${name}: its place`)
          }
        }
        for (const { code, language, name, valid } of samples(file).filter((_, index) => index % 4 === 0)) {
          const bare = yield* checker.check(code, { language })
          if (bare.ok !== valid) wrong.push(`${name}, bare`)
        }
        assert.deepStrictEqual(wrong, [])
      }).pipe(Effect.scoped),
    60_000,
  )
})
