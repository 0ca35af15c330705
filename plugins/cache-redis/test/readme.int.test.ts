import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { RedisCacheOptions } from "../src/Options.ts"
import { useRedis } from "./server.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const readme = readFileSync(here("../README.md"), "utf8")
const redisIt = useRedis()

/** The packages that the example stands on, from source: this one depends on none of them. */
const packages: Readonly<Record<string, string>> = {
  switchyard: "../../../packages/switchyard/src/index.ts",
  "@switchyard/cache-redis": "../src/index.ts",
  "@switchyard/provider-openai": "../../provider-openai/src/index.ts",
}

const resolver = `import { registerHooks } from "node:module"
const packages = ${JSON.stringify(Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, pathToFileURL(here(path)).href])))}
registerHooks({ resolve: (name, context, next) => name in packages ? { url: packages[name], shortCircuit: true } : next(name, context) })`

redisIt("the example of the README runs: the second answer comes from Redis", ({ url }) =>
  Effect.gen(function* () {
    const upstream = yield* Effect.acquireRelease(
      Effect.promise(() => startUpstream()),
      (started) => Effect.promise(() => started.close()),
    )
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
    const args = ["--conditions=@switchyard/source", `--import=data:text/javascript,${encodeURIComponent(resolver)}`]
    const env = {
      PATH: process.env["PATH"],
      OPENAI_API_KEY: "sk-example",
      OPENAI_BASE_URL: upstream.baseURL,
      REDIS_URL: url,
    }
    const run = promisify(execFile)(process.execPath, [...args, "--input-type=module-typescript", "--eval", example], {
      env,
    })
    const { stdout } = yield* Effect.promise(() => run)
    assert.strictEqual(stdout, "asked exact\n")
    assert.strictEqual(upstream.requests.length, 1)
  }),
)

it("the README names every option", () => {
  for (const option of Object.keys(RedisCacheOptions.fields)) assert.include(readme, `\`${option}`, option)
})
