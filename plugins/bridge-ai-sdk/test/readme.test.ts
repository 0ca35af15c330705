import { execFile } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { upstreamOf } from "./stacks.ts"

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8")

it.live("the README's example of a vendor as a provider runs", () =>
  Effect.gen(function* () {
    const upstream = yield* upstreamOf
    upstream.always({ text: "Hello there" })
    const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
    // Inside the package, so that its own dependencies are found.
    const file = join(import.meta.dirname, `readme-example-${process.pid}.ts`)
    writeFileSync(file, example)
    const env = { ...process.env, VENDOR_URL: upstream.baseURL, VENDOR_KEY: "sk-up" }
    const run = Effect.promise(() =>
      promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", file], { env }),
    )
    const { stdout } = yield* Effect.ensuring(
      run,
      Effect.sync(() => rmSync(file, { force: true })),
    )
    assert.strictEqual(stdout, "Hello there\n")
  }),
)
