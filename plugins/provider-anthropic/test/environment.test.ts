import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { startAnthropicUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"

const program = fileURLToPath(new URL("./once.ts", import.meta.url))

/** One call in a process of its own: the official client reads the environment by itself. */
const call = (env: Readonly<Record<string, string>>) =>
  Effect.promise(() =>
    promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", program], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      timeout: 15_000,
    }),
  )

const secrets = {
  ANTHROPIC_API_KEY: "sk-ant-environment",
  ANTHROPIC_AUTH_TOKEN: "token-environment",
  ANTHROPIC_CUSTOM_HEADERS: "X-Proxy-Secret: proxy-environment",
}

it.live("nothing of the environment reaches a base URL given in code; its own endpoint gets its headers", () =>
  Effect.acquireUseRelease(
    Effect.promise(() => startAnthropicUpstream()),
    ({ baseURL, requests }) =>
      Effect.gen(function* () {
        yield* call({ ...secrets, TEST_BASE_URL: baseURL })
        assert.notMatch(JSON.stringify(requests[0]), /-environment/)
        yield* call({ ...secrets, ANTHROPIC_BASE_URL: baseURL })
        assert.strictEqual(requests[1]?.headers["x-proxy-secret"], "proxy-environment")
        assert.strictEqual(requests[1]?.headers["authorization"], "Bearer sk-ant-environment")
      }),
    (upstream) => Effect.promise(() => upstream.close()),
  ),
)
