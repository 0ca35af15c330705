import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, realpathSync, symlinkSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporaryFolder, write } from "./indexing.ts"
import { docx, pdf } from "./officeFiles.ts"

const own = fileURLToPath(new URL("..", import.meta.url))

/** What the sources need, without the packages that are optional. */
const needed = ["effect", "htmlparser2", "ignore", "@switchyard/core", "@switchyard/rag"]

/** The package as it is where nothing optional was installed. */
const installedWithout = (folder: string): void => {
  cpSync(`${own}/src`, `${folder}/src`, { recursive: true })
  cpSync(`${own}/test/programs`, `${folder}/programs`, { recursive: true })
  write(folder, { "package.json": '{ "type": "module" }' })
  for (const name of needed) {
    mkdirSync(dirname(`${folder}/node_modules/${name}`), { recursive: true })
    symlinkSync(realpathSync(`${own}/node_modules/${name}`), `${folder}/node_modules/${name}`)
  }
}

describe("formats whose package is not installed", () => {
  it.live("are skipped, with what to install", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const folder = yield* temporaryFolder
      installedWithout(root)
      write(folder, { "a.pdf": pdf([["text"]]), "b.docx": docx(["text"]), "c.html": "<p>page</p>" })
      const args = ["--conditions=@switchyard/source", `${root}/programs/readFolder.mjs`, root, folder]
      const found: Record<string, { why?: string; text?: string }> = JSON.parse(
        execFileSync(process.execPath, args, { encoding: "utf8" }),
      )
      assert.strictEqual(found["a.pdf"]?.why, "to read .pdf files, install unpdf: npm install unpdf")
      assert.strictEqual(found["b.docx"]?.why, "to read .docx files, install mammoth: npm install mammoth")
      assert.strictEqual(found["c.html"]?.text, "page\n")
    }),
  )
})
