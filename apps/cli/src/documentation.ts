import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { FilePart } from "@switchyard/core"

/** The product's own guide: beside the built program, or in the repository when it runs from source. */
const folders = ["./docs/", "../../../docs/guide/"].map((path) => fileURLToPath(new URL(path, import.meta.url)))

/** The bundled documentation as passages of context, a file each. */
export const documentation = async (): Promise<ReadonlyArray<FilePart>> => {
  const folder = folders.find((path) => existsSync(path))
  if (folder === undefined) return []
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort()
  return Promise.all(
    names.map(async (name) =>
      toFilePart(`docs/${relative(folder, join(folder, name))}`, await readFile(join(folder, name), "utf8")),
    ),
  )
}

/** A text as a passage of context. */
export const toFilePart = (filename: string, text: string): FilePart => ({
  type: "file",
  mediaType: "text/markdown",
  filename,
  source: { type: "text", text },
})
