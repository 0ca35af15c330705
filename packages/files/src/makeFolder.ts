import { existsSync, mkdirSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown)

/**
 * Makes a folder and those above it that lack, for their owner only. One at a time: where a file system takes no folders,
 * such as /proc, Node's own `recursive` tries for ever. Throws an `Error` with the folder that cannot be made, and why.
 */
export const makeFolder = (folder: string): void => {
  const lacking: Array<string> = []
  let parent = resolve(folder)
  while (!existsSync(parent) && dirname(parent) !== parent) {
    lacking.unshift(parent)
    parent = dirname(parent)
  }
  if (existsSync(parent) && !statSync(parent).isDirectory())
    throw new Error(`ENOTDIR: ${parent} is a file, not a folder`)
  for (const each of lacking) {
    try {
      mkdirSync(each, { mode: 0o700 })
    } catch (thrown) {
      // Another process may have made it in between.
      const code = codeOf(thrown)
      if (code !== "EEXIST") throw new Error(`the folder ${each} cannot be made (${code})`, { cause: thrown })
    }
  }
}
