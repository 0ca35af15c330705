// Reads a folder with the source of this package that lies in another one: `node readFolder.mjs PACKAGE FOLDER`.
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const [root, folder] = process.argv.slice(2)
const { folderSource } = await import(pathToFileURL(`${root}/src/sources/FolderSource.ts`).href)
const read = Stream.mapEffect(folderSource(folder).items, ({ id, read }) => Effect.map(read, (found) => [id, found]))
process.stdout.write(JSON.stringify(Object.fromEntries(await Effect.runPromise(Stream.runCollect(read)))))
