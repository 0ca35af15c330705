import { execFile } from "node:child_process"
import { readFile, rm, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"

const run = promisify(execFile)

it("the README's example runs as printed", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
  expect(example).toContain("startUpstream")
  // Inside the package, so that its imports resolve as they do for a user.
  const file = fileURLToPath(new URL(`./.readme-${process.pid}.ts`, import.meta.url))
  await writeFile(file, example)
  try {
    const { stdout } = await run(process.execPath, ["--conditions=@switchyard/source", file])
    expect(stdout).toBe("Hello\n429 rate_limit_exceeded\n2 requests\n")
  } finally {
    await rm(file)
  }
})
