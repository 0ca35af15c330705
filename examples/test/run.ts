import { execFile } from "node:child_process"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"

const exec = promisify(execFile)
const folder = join(import.meta.dirname, "..")

/** Runs a program of this folder as a process of its own, from source. */
export const run = async (file: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const options = { cwd: folder, env: { ...process.env, ...env }, timeout: 15_000 }
  const { stdout } = await exec(process.execPath, ["--conditions=@switchyard/source", file], options)
  return stdout
}

/** Runs the first ts block of a README, with the packages that the examples have. */
export const runReadme = async (path: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const code = /```ts\n([\s\S]*?)```/.exec(await readFile(join(folder, "..", path), "utf8"))?.[1]
  if (code === undefined) throw new Error(`${path} has no ts block`)
  const file = join(folder, `readme-${path.replaceAll(/\W/g, "-")}.ts`)
  await writeFile(file, code)
  try {
    return await run(file, env)
  } finally {
    await rm(file)
  }
}
