import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, it } from "vitest"

const root = join(import.meta.dirname, "..")

it("the example of the README runs", async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(await readFile(join(root, "README.md"), "utf8"))?.[1] ?? ""
  // Inside the package, so that its own dependencies are found.
  const folder = await mkdtemp(join(root, "test", ".readme-"))
  try {
    await writeFile(join(folder, "example.ts"), example)
    await writeFile(
      join(folder, "stack.ts"),
      `import { call, scripted, text } from "../scripted.ts"
       export const stack = scripted([call("weather", { city: "Rome" })], [text("Yes.")]).layer`,
    )
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--conditions=@switchyard/source",
      join(folder, "example.ts"),
    ])
    expect(stdout).toBe("Yes. answer 2\n")
  } finally {
    await rm(folder, { recursive: true })
  }
})
