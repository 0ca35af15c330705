import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { startAnthropicUpstream, startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { FailoverOptions } from "../src/index.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const readme = readFileSync(here("../README.md"), "utf8")

/** The packages that the example stands on, from source: this one depends on none of them. */
const packages: Readonly<Record<string, string>> = {
  switchyard: "../../../packages/switchyard/src/index.ts",
  "@switchyard/failover": "../src/index.ts",
  "@switchyard/provider-openai": "../../provider-openai/src/index.ts",
  "@switchyard/provider-anthropic": "../../provider-anthropic/src/index.ts",
}

const resolver = `import { registerHooks } from "node:module"
const packages = ${JSON.stringify(Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, pathToFileURL(here(path)).href])))}
registerHooks({ resolve: (name, context, next) => name in packages ? { url: packages[name], shortCircuit: true } : next(name, context) })`

const upstream = <A extends { readonly close: () => Promise<void> }>(start: () => Promise<A>) =>
  Effect.acquireRelease(Effect.promise(start), (started) => Effect.promise(() => started.close()))

it.live("the example of the README runs: the first vendor is down, and the second answers", () =>
  Effect.gen(function* () {
    const [first, second] = [yield* upstream(startUpstream), yield* upstream(startAnthropicUpstream)]
    first.always({ fault: { status: 503 } })
    second.always({ text: "Hello from the other one" })
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
    const args = ["--conditions=@switchyard/source", `--import=data:text/javascript,${encodeURIComponent(resolver)}`]
    const env = {
      PATH: process.env["PATH"],
      OPENAI_API_KEY: "sk-example",
      OPENAI_BASE_URL: first.baseURL,
      ANTHROPIC_API_KEY: "sk-ant-example",
      ANTHROPIC_BASE_URL: second.baseURL,
    }
    const run = promisify(execFile)(process.execPath, [...args, "--input-type=module-typescript", "--eval", example], {
      env,
    })
    const { stdout } = yield* Effect.promise(() => run)
    assert.include(stdout, "Hello from the other one anthropic")
    assert.include(stdout, "openai/gpt-5.4-mini failed (Overloaded): the next candidate")
    assert.include(stdout, "closed 1")
  }).pipe(Effect.scoped),
)

it("the README names every option", () => {
  for (const option of Object.keys(FailoverOptions.fields)) assert.include(readme, `\`${option}`, option)
})
