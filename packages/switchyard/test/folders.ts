import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

interface Folder extends AsyncDisposable {
  readonly path: string
  readonly at: (name: string) => string
}

/** A folder with these files, inside the package: what its files import is found as a user's would be. */
export const folderWith = async (files: Readonly<Record<string, string>>): Promise<Folder> => {
  const path = await mkdtemp(fileURLToPath(new URL("./.config-", import.meta.url)))
  const at = (name: string) => join(path, name)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(at(name)), { recursive: true })
    await writeFile(at(name), text)
  }
  return { path, at, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
