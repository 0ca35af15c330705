import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { AttemptRecord } from "../src/index.ts"
import { compose, Kernel, type LlmRequest, type LlmRequestInput, type Part } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { stagedRetry } from "../src/index.ts"
import {
  callOf,
  failed,
  failure,
  generate,
  historyOf,
  judge,
  judged,
  judgedWith,
  type Options,
  policyOf,
  rejecting,
  scripted,
  text,
} from "./stubs.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "switchyard-attempts-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)

const contentOf = (file: string) => Effect.promise(() => readFile(file, "utf8"))

const recordsIn = (content: string): ReadonlyArray<AttemptRecord> =>
  content
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

/** Runs one call whose attempts end like this; when it is over the stack is closed, and the file with it. */
const run = Effect.fnUntraced(function* (
  debugFile: string,
  steps: Parameters<typeof scripted>[0],
  input: LlmRequestInput = judged,
  options: Options = {},
) {
  const { plugin } = scripted(steps)
  return yield* Effect.exit(
    generate([plugin, judge(), stagedRetry({ debugMode: true, baseMs: 0, debugFile, ...options })], input),
  )
})

describe("debug mode", () => {
  it.live("records each attempt, in order, with request, outcome, verdicts and decision", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "deep", "attempts.jsonl")
      yield* run(file, ["bad", failed("RateLimited", { retryAfterMs: 2, http: { status: 429 } }), "bad again"])
      const content = yield* contentOf(file)
      const records = recordsIn(content)
      assert.strictEqual(records.length, 3)
      assert.strictEqual(new Set(records.map(({ call }) => call)).size, 1)
      const [first, second, third] = records
      assert.isNotNaN(Date.parse(first?.at ?? ""))
      assert.deepInclude(first, { v: 1, attempt: 1, candidate: "p/m" })
      const messages = [{ role: "user", content: text("hi") }]
      assert.deepEqual<unknown>(first?.request, { model: "m", messages, validators: [{ type: "v" }] })
      assert.deepEqual<unknown>(first?.response, {
        content: text("bad"),
        finish: { unified: "stop" },
        usage: { input: { total: 3 }, output: { total: 5 } },
        model: "vendor-model",
      })
      assert.deepEqual<unknown>(first?.verdicts, [rejecting()])
      assert.deepEqual(first?.decision, { kind: "retry", why: "1 rejected", delayMs: 0, feedback: true })
      assert.deepEqual(second?.error, {
        reason: "RateLimited",
        message: "it went wrong",
        http: { status: 429 },
        retryAfterMs: 2,
      })
      assert.deepEqual(second?.decision, {
        kind: "retry",
        why: "RateLimited, and the provider said when",
        delayMs: 2,
      })
      assert.deepEqual([third?.attempt, third?.decision], [3, { kind: "stop", why: "3 attempts at p/m are spent" }])
      const { mode } = yield* Effect.promise(() => stat(file))
      assert.strictEqual(mode & 0o077, 0)
    }),
  )

  it.live("records the attempt that counts too, with its answer", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      yield* run(file, ["bad", "good"])
      const [first, second, ...more] = recordsIn(yield* contentOf(file))
      assert.strictEqual(more.length, 0)
      assert.strictEqual(first?.decision.kind, "retry")
      assert.deepInclude(second, { attempt: 2, candidate: "p/m" })
      assert.strictEqual(second?.call, first?.call)
      assert.deepEqual(second?.decision, { kind: "answer", why: "it came whole and is valid" })
      assert.match(JSON.stringify(second?.response), /good/)
      assert.match(JSON.stringify(second?.request), /bad/)
    }),
  )

  it.live("a call turns it on for itself, and nothing is written without", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      const off: Options = { debugMode: false }
      yield* run(file, ["bad", "good"], judged, off)
      assert.strictEqual((yield* Effect.exit(Effect.tryPromise(() => stat(file))))._tag, "Failure")
      yield* run(file, ["bad", "good"], judgedWith({ retry_config: { debug_mode: true } }), off)
      assert.strictEqual(recordsIn(yield* contentOf(file)).length, 2)
      yield* run(file, ["good"])
      assert.strictEqual(recordsIn(yield* contentOf(file)).length, 3)
    }),
  )

  it.live("no secret is in the file: keys, headers, the tool's environment, bytes", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      const secrets = {
        header: "header-secret-1",
        environment: "environment-secret-2",
        url: "url-secret-3",
        openai: "sk-proj-abcdefghijklmnop",
        bearer: "Bearer abcdef0123456789",
        jwt: "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM",
        provider: "provider-secret-4",
      }
      const server = {
        command: "node",
        env: { KEY: secrets.environment },
        headers: { "x-api-key": secrets.url },
      }
      const input: LlmRequestInput = {
        ...judgedWith({
          maxAttemptsBeforeToolUse: 1,
          debugToolName: "look",
          debugToolMcpConfig: { mcpServers: { box: server } },
        }),
        prompt: `my key is ${secrets.openai}, or ${secrets.bearer}`,
        headers: { Authorization: secrets.header },
        providerData: { p: { token: secrets.provider } },
      }
      const echo: ReadonlyArray<Part> = [
        ...text(Object.values(secrets).slice(0, 6).join(" ")),
        { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: new Uint8Array([1, 2, 3]) } },
        { type: "file", mediaType: "image/png", source: { type: "base64", base64: "QUJDREVG" } },
      ]
      yield* run(file, [echo, echo, failed("Forbidden", { message: `no: ${secrets.jwt}` })], input)
      const content = yield* contentOf(file)
      assert.strictEqual(recordsIn(content).length, 3)
      for (const secret of [...Object.values(secrets), "QUJDREVG"]) assert.notInclude(content, secret)
      assert.include(content, "my key is [redacted], or [redacted]")
      assert.include(content, '"mcp":["box"]')
      assert.include(content, "[3 bytes]")
    }),
  )

  it.live("a file that would grow over its size is put aside, once: together they keep the newest", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      const options = { maxDebugFileBytes: 8000, maxAttempts: 40, maxTotalAttempts: 40, maxFeedbackChars: 500 }
      for (let call = 0; call < 2; call++) yield* run(file, ["bad"], judged, options)
      const [now, before] = [yield* contentOf(file), yield* contentOf(`${file}.1`)]
      for (const content of [now, before]) assert.isAtMost(Buffer.byteLength(content), 8000)
      const attempts = [...recordsIn(before), ...recordsIn(now)].map(({ attempt }) => attempt)
      assert.strictEqual(attempts.at(-1), 40)
      for (const [index, attempt] of attempts.entries()) {
        assert.strictEqual(attempt, (((attempts[0] ?? 0) + index - 1) % 40) + 1)
      }
    }),
  )

  it.live("long texts are cut, so that a record stays small", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      yield* run(file, ["x".repeat(3_000_000), "good"])
      const content = yield* contentOf(file)
      assert.isBelow(content.length, 20_000)
      assert.include(content, "[… 2992000 characters more]")
    }),
  )

  it.live("nothing is lost when hundreds of calls fail at once", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      const { plugin } = scripted(["bad"])
      const stack = compose([plugin, judge(), stagedRetry({ debugMode: true, maxAttempts: 2, debugFile: file })])
      const call = Effect.exit(Kernel.use((kernel) => kernel.generate(judged)))
      const calls = Effect.all(
        Array.from({ length: 300 }, () => call),
        { concurrency: "unbounded" },
      )
      yield* Effect.provide(calls, stack)
      const records = recordsIn(yield* contentOf(file))
      assert.strictEqual(records.length, 600)
      assert.strictEqual(new Set(records.map(({ call, attempt }) => `${call} ${attempt}`)).size, 600)
    }),
  )

  it.live("what has no room in memory is counted, and told once", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "attempts.jsonl")
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      const error = failed("Forbidden")
      // Of 128 million characters: twelve requests of ten million, though it is the same text.
      const huge: LlmRequest = {
        model: "m",
        messages: [{ role: "user", content: [{ type: "text", text: "x".repeat(10_000_000) }] }],
      }
      yield* Effect.gen(function* () {
        const policy = yield* policyOf({ debugMode: true, debugFile: file })
        for (let n = 0; n < 20; n++) yield* policy.next(failure(error), historyOf(error), callOf().context, huge)
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([logger])))
      assert.strictEqual(recordsIn(yield* contentOf(file)).length, 12)
      assert.deepStrictEqual(logged, [
        `@switchyard/retry-staged left 8 attempts out of ${file}: they came faster than it took them`,
      ])
    }),
  )

  it.live("a file that cannot be written costs the call nothing and one line in the log", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(() => writeFile(join(path, "taken"), ""))
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      const exit = yield* Effect.provide(
        run(join(path, "taken", "attempts.jsonl"), ["bad", "bad", "good"]),
        Logger.layer([logger]),
      )
      assert.strictEqual(exit._tag, "Success")
      assert.strictEqual(logged.length, 1)
      assert.match(logged[0] ?? "", /cannot write attempts to .*taken/)
    }),
  )

  it.live.skipIf(process.platform !== "linux")("nor does a folder that the file system does not take", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      const exit = yield* Effect.provide(
        run("/proc/switchyard/deep/attempts.jsonl", ["bad", "bad", "good"]),
        Logger.layer([logger]),
      )
      assert.strictEqual(exit._tag, "Success")
      assert.strictEqual(logged.length, 1)
      assert.match(
        logged[0] ?? "",
        /cannot write attempts to .*attempts\.jsonl: the folder \/proc\/switchyard cannot be made \(ENOENT\)/,
      )
    }),
  )
})
