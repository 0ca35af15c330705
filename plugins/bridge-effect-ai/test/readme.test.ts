import { execFile } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

it.live("the example of the README runs", () =>
  Effect.gen(function* () {
    const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(here("../README.md"), "utf8"))?.[1] ?? ""
    assert.isAtMost(example.trim().split("\n").length, 12)
    // inside the package, so that its own dependencies are found
    const file = here(`./readme-example-${process.pid}.ts`)
    const run = Effect.promise(() => promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", file]))
    writeFileSync(file, example)
    const { stdout } = yield* Effect.ensuring(
      run,
      Effect.sync(() => rmSync(file, { force: true })),
    )
    assert.strictEqual(stdout, "Hello.\n")
  }),
)
