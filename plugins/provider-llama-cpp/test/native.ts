import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "@effect/vitest"
import { compose, Kernel, type KernelShape, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Llama } from "node-llama-cpp"
import { llamaCpp } from "../src/index.ts"
import { tinyGguf } from "@switchyard/testkit"

const how = "npm install node-llama-cpp, with its optional package for this platform"

/** One instance for all tests: loading the native code takes a third of a second. */
const open = async (): Promise<Llama | undefined> => {
  try {
    const { getLlama, LlamaLogLevel } = await import("node-llama-cpp")
    return await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: LlamaLogLevel.disabled })
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error
    process.stderr.write(`provider-llama-cpp: tests that need a model are left out. ${how}\n`)
    return undefined
  }
}

export const llama = await open()

/** Tests that need the native code: left out where it is not installed, but not in CI. */
export const withNative: typeof describe.skip = llama === undefined ? describe.skip : describe

const folder = mkdtempSync(join(tmpdir(), "switchyard-llama-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

/** A file in a folder that goes with the process. */
export const fileOf = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

export const folderOf = (): string => folder

export const tinyPath = fileOf("tiny.gguf", tinyGguf())

type Options = NonNullable<Parameters<typeof llamaCpp>[0]>
export type Models = Options["models"]

/** A template by name, since finding out which one a file's own is takes a tenth of a second. */
export const tiny = { path: tinyPath, contextSize: 1024, threads: 1, template: "chatML" } as const

/** The plugin on the shared instance. */
export const local = (models: Models = { tiny }) =>
  llamaCpp({ models, gpu: false, ...(llama === undefined ? {} : { llama }) })

/** A kernel with nothing but this plugin. */
export const using = <A, E>(
  use: (kernel: KernelShape) => Effect.Effect<A, E>,
  models?: Models,
): Effect.Effect<A, E | LlmError> => Effect.provide(Kernel.use(use), compose([local(models)]))

/** Reproducible, and short enough. */
export const greedy = { model: "local/tiny", temperature: 0, maxOutputTokens: 16 } as const
