import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { optionNames } from "../src/index.ts"
import { folder } from "./stubs.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const readme = readFileSync(here("../README.md"), "utf8")

/** The packages that the example stands on, from source: this one depends on none of them. */
const packages: Readonly<Record<string, string>> = {
  switchyard: "../../../packages/switchyard/src/index.ts",
  "@switchyard/usage": "../src/index.ts",
  "@switchyard/provider-openai": "../../provider-openai/src/index.ts",
}

const resolver = `import { registerHooks } from "node:module"
const packages = ${JSON.stringify(Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, pathToFileURL(here(path)).href])))}
registerHooks({ resolve: (name, context, next) => name in packages ? { url: packages[name], shortCircuit: true } : next(name, context) })`

it.live("the example of the README runs: one call is answered and priced, one has no room", () =>
  Effect.gen(function* () {
    const upstream = yield* Effect.acquireRelease(
      Effect.promise(() => startUpstream()),
      (started) => Effect.promise(() => started.close()),
    )
    const cwd = yield* folder
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
    const args = ["--conditions=@switchyard/source", `--import=data:text/javascript,${encodeURIComponent(resolver)}`]
    const env = { PATH: process.env["PATH"], OPENAI_API_KEY: "sk-example", OPENAI_BASE_URL: upstream.baseURL }
    const run = promisify(execFile)(process.execPath, [...args, "--input-type=module-typescript", "--eval", example], {
      env,
      cwd,
    })
    const { stdout } = yield* Effect.promise(() => run)
    assert.match(stdout, /^USD\nBudgetExceeded\ntenant  calls .*\nann {9}1 /)
    assert.strictEqual(upstream.requests.length, 1)
    assert.isTrue(existsSync(join(cwd, ".switchyard", "usage.sqlite")))
  }).pipe(Effect.scoped),
)

it("the README names every option", () => {
  for (const option of optionNames) assert.include(readme, `| \`${option}\``, option)
})
