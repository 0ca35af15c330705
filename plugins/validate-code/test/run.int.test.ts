import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { judge } from "./stubs.ts"

const can = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args).status === 0
const isolates = can(
  "unshare",
  "--user",
  "--map-root-user",
  "--net",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "--",
  "true",
)
const ready = isolates && can("python3", "--version")
const skipped = !ready && process.env["CI"] === undefined
if (skipped) console.log("tests of run are left out: they need python3 and unshare (util-linux) with user namespaces")

const run = { timeoutMs: 20_000, memoryMb: 128 }
const answer = "```python\ndef add(a, b):\n    return a + b\n```"

describe.skipIf(skipped)("tests of code", () => {
  it.live("pass or fail behind the answer's code", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* judge(answer, "python", { tests: "assert add(1, 2) == 3" }, { run })).ok)
      const failed = yield* judge(answer, "python", { tests: "assert add(1, 2) == 4" }, { run })
      assert.match(failed.issues[0]?.message ?? "", /tests failed[^]*AssertionError/)
      const js = "```ts\nconst add = (a: number, b: number): number => a + b\n```"
      assert.isTrue(
        (yield* judge(js, "typescript", { tests: "if (add(1, 2) !== 3) throw new Error('no')" }, { run })).ok,
      )
    }),
  )

  it.live("have no network, little memory and little time", () =>
    Effect.gen(function* () {
      const lines =
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 6379), 1)\nexcept OSError: pass\nelse: raise SystemExit(3)"
      assert.isTrue((yield* judge(answer, "python", { tests: lines }, { run })).ok)
      const big = yield* judge(answer, "python", { tests: "x = 'a' * 10**9" }, { run })
      assert.match(big.issues[0]?.message ?? "", /MemoryError/)
      const tests = "import subprocess\nsubprocess.Popen(['sleep', '987.5'], start_new_session=True)\nwhile True: pass"
      const long = yield* judge(answer, "python", { tests }, { run: { ...run, timeoutMs: 700 } })
      assert.match(long.issues[0]?.message ?? "", /did not end in time/)
      yield* Effect.sleep("100 millis")
      assert.notStrictEqual(spawnSync("pgrep", ["-f", "sleep 987.5"]).status, 0)
    }),
  )

  it.live("are refused for a language that cannot be run", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(judge("```go\nx := 1\n```", "go", { tests: "x" }, { run }))
      assert.match(error.message, /python, javascript or typescript/)
    }),
  )
})
