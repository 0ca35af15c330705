import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { startUpstream } from "@switchyard/testkit"
import { expect, test } from "vitest"

test("the example of the README runs, and sends its header by model", async () => {
  await using upstream = await startUpstream()
  upstream.always({ text: "Hello there" })
  const root = join(import.meta.dirname, "..")
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? []
  const folder = mkdtempSync(join(root, "test", ".readme-"))
  try {
    const file = join(folder, "example.ts")
    writeFileSync(file, example)
    const options = { cwd: root, env: { ...process.env, ACME_URL: upstream.baseURL } }
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", file], options)
    expect(stdout).toContain("Hello there")
    expect(upstream.requests[0]?.headers["x-acme-model"]).toBe("acme-1")
  } finally {
    rmSync(folder, { recursive: true })
  }
})
