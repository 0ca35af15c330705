import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"

/** The bytes of a table, by the layout that `WordTable.ts` documents. */
export const tableBytes = (vectors: Readonly<Record<string, ReadonlyArray<number>>>): Buffer => {
  const entries = Object.entries(vectors)
  const words = Buffer.from(entries.map(([word]) => word).join("\n"))
  const head = Buffer.from("SWV1............")
  head.writeUInt32LE(entries.length, 4)
  head.writeUInt32LE(entries[0]?.[1].length ?? 0, 8)
  head.writeUInt32LE(words.length, 12)
  const scales = Buffer.alloc(entries.length * 4)
  for (const [row] of entries.entries()) scales.writeFloatLE(1 / 16, row * 4)
  return Buffer.concat([head, scales, Buffer.from(Int8Array.from(entries.flatMap(([, row]) => row)).buffer), words])
}

/** A file with these bytes, gone when the scope closes. */
export const fileWith = (bytes: Uint8Array) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "embed-local-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    ),
    (folder) => {
      const path = join(folder, "table.bin")
      writeFileSync(path, bytes)
      return path
    },
  )
