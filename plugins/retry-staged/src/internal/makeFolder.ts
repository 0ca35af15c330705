import { access, mkdir } from "node:fs/promises"
import { dirname } from "node:path"

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/**
 * Makes a folder and those above it that lack. One at a time: where a file system takes no folders, such as /proc, Node's
 * own `recursive` tries for ever. Throws what Node says of the folder that cannot be made.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  if (await isThere(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  try {
    await mkdir(folder)
  } catch (thrown) {
    // Another process may have made it in between.
    if (!(await isThere(folder))) throw thrown
  }
}
