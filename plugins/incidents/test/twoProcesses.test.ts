import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe } from "vitest"
import { sharedBetweenTwo } from "./twoProcesses.ts"

const folder = mkdtempSync(join(tmpdir(), "switchyard-incidents-"))

describe("two on one file", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  sharedBetweenTwo("SQLite", () => Promise.resolve(join(folder, "shared.sqlite")))
})
