import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { onTestFinished } from "vitest"
import { phonePhoto } from "./images.ts"

it("the example of the README runs as it stands", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ""
  // Inside the package, so that its own name is found; run where the files are.
  const program = fileURLToPath(new URL(`readme-example-${process.pid}.ts`, import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), "multimodal-"))
  onTestFinished(async () => {
    await rm(program, { force: true })
    await rm(folder, { recursive: true })
  })
  await writeFile(program, example)
  await writeFile(join(folder, "photo.jpg"), await phonePhoto(1200, 900))
  await writeFile(join(folder, "report.pdf"), "%PDF-1.7\n%%EOF\n")
  const args = ["--conditions=@switchyard/source", program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
  assert.match(stdout, /^900x1200 image\/jpeg, 1419 tokens, SSIM 0\.9\d\n2942\n3\n$/)
})
