import { type ChildProcess, spawn } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

export const nodeArgs: ReadonlyArray<string> = ["--conditions=@switchyard/source", main]

export const secret = "sk-test-0123456789abcdef"

export interface Options {
  /** Default: a folder without a config. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  /** Gets the running program, to signal it. */
  readonly started?: (child: ChildProcess) => void
}

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The lines on stderr, without the program's name. */
  readonly notes: ReadonlyArray<string>
}

/** The environment of this process without what would change the stack. */
export const environment = (added: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const {
    OPENAI_API_KEY: _key,
    OPENAI_BASE_URL: _url,
    OPENAI_MODEL: _model,
    FORCE_COLOR: _color,
    // Node takes a terminal under CI for one without colours.
    CI: _ci,
    ...rest
  } = process.env
  return { ...rest, ...added }
}

/** Runs the real program, for 10 seconds at most. */
export const switchyard = (args: ReadonlyArray<string>, options: Options = {}): Promise<Result> =>
  new Promise((resolve, reject) => {
    const { cwd = tmpdir(), env, input = "", started } = options
    const child = spawn(process.execPath, [...nodeArgs, ...args], { cwd, env: environment(env), timeout: 10_000 })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", reject).on("close", (code) => {
      const lines = stderr.split("\n").filter((line) => line !== "")
      resolve({ code, stdout, stderr, notes: lines.map((line) => line.replace(/^switchyard: /, "")) })
    })
    // A program that does not read its input may be gone before all is written.
    child.stdin.on("error", () => undefined).end(input)
    started?.(child)
  })

/** A failure: this exit code, nothing on stdout, and one clear line on stderr that says this. */
export const expectFailure = (result: Result, code: number, ...says: ReadonlyArray<string>): void => {
  expect(result.notes).toHaveLength(1)
  for (const text of says) expect(result.notes[0]).toContain(text)
  expect(result.stderr).toMatch(/^switchyard: /)
  expect(result.stderr).not.toMatch(/\n {4}at |Error:/)
  expect(result.stdout).toBe("")
  expect(result.code).toBe(code)
}

interface Folder extends AsyncDisposable {
  readonly path: string
}

/** A folder with these files, inside the package: what a config in it imports is found as a user's would be. */
export const folderWith = async (files: Readonly<Record<string, string | Buffer>>): Promise<Folder> => {
  const path = await mkdtemp(fileURLToPath(new URL("./.folder-", import.meta.url)))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
