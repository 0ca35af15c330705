import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Language } from "./languages.ts"

/** What a program may use. */
export interface Limits {
  /** Wall-clock time, in ms. */
  readonly timeoutMs: number
  /** Memory, in MB: the address space of Python, the heap of Node. */
  readonly memoryMb: number
}

/** How a program ended: its exit code, or `timeout`, and the end of what it wrote. */
export interface Outcome {
  readonly code: number | "timeout"
  readonly output: string
}

interface Runner {
  readonly file: string
  readonly command: (folder: string, limits: Limits) => ReadonlyArray<string>
}

const node = (file: string): Runner => ({
  file,
  command: (folder, { memoryMb }) => [
    process.execPath,
    "--permission",
    `--allow-fs-read=${folder}`,
    `--max-old-space-size=${memoryMb}`,
    "--disable-warning=ExperimentalWarning",
    join(folder, file),
  ],
})

const runners: Readonly<Partial<Record<Language, Runner>>> = {
  javascript: node("answer.mjs"),
  typescript: node("answer.mts"),
  python: {
    file: "answer.py",
    command: (folder, { memoryMb }) => [
      "sh",
      "-c",
      `ulimit -v ${memoryMb * 1024} && exec python3 -I -B "$1"`,
      "sh",
      join(folder, "answer.py"),
    ],
  },
}

/** Languages whose tests can be run. */
export const runnable = (language: Language): boolean => runners[language] !== undefined

/** No network, no sight of other processes, and none of its own left behind when it ends. */
const isolation = ["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]

const maxOutput = 20_000

/** Runs a program in a process group of its own; interruption and the end of its time end the whole group. */
const run = (args: ReadonlyArray<string>, folder: string, timeoutMs: number): Effect.Effect<Outcome, Error> =>
  Effect.callback<Outcome, Error>((resume) => {
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8" }
    const child = spawn("unshare", [...isolation, ...args], {
      cwd: folder,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    const collect = (chunk: Buffer): void => void (output = (output + chunk.toString("utf8")).slice(-maxOutput))
    child.stdout.on("data", collect)
    child.stderr.on("data", collect)
    child.on("error", (error) => resume(Effect.fail(error)))
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? 1, output })))
    return Effect.sync(() => end(child.pid))
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMs,
      orElse: () => Effect.succeed({ code: "timeout", output: "" } as const),
    }),
  )

const end = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // It has ended already.
  }
}

const unsupported = (message: string): LlmError =>
  LlmError.make({ _tag: "Unsupported", feature: "tests of code", message, recovery: "none" })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "switchyard-code-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)

const noIsolation =
  "tests are run only where a program can be kept from the network, and here it cannot (unshare of util-linux with user namespaces is needed): nothing was run"

/** Fails where programs cannot be kept apart; then nothing may be run. */
const isolated = (path: string): Effect.Effect<void, LlmError> =>
  run(["true"], path, 5000).pipe(
    Effect.mapError(() => unsupported(noIsolation)),
    Effect.flatMap(({ code }) => (code === 0 ? Effect.void : Effect.fail(unsupported(noIsolation)))),
  )

/**
 * Runs a program of a language without network, for `timeoutMs` at most, and ends whatever it started. Fails with
 * `Unsupported` where that cannot be promised, or where the language's interpreter is not installed.
 */
export const runProgram = (language: Language, program: string, limits: Limits): Effect.Effect<Outcome, LlmError> => {
  const runner = runners[language]
  if (runner === undefined)
    return Effect.fail(unsupported(`there is no way to run ${language} here: python, javascript and typescript can be`))
  return Effect.scoped(
    Effect.gen(function* () {
      const path = yield* folder
      yield* isolated(path)
      yield* Effect.promise(() => writeFile(join(path, runner.file), program))
      const outcome = yield* Effect.mapError(run(runner.command(path, limits), path, limits.timeoutMs), (error) =>
        unsupported(`the program could not be started: ${error.message}`),
      )
      return outcome.code === 127 ? yield* unsupported(`${language} is not installed here`) : outcome
    }),
  )
}
