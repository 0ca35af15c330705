import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, root } from "./scene.ts"

/** May this program have a disk of its own? */
const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0

describe("a disk", () => {
  it.live.skipIf(!mayMount)("that is full takes the records without their index, or stays as it is", () =>
    Effect.gen(function* () {
      const place = join(yield* folder, "disk")
      mkdirSync(place)
      const program = [process.execPath, "--conditions=@switchyard/source", "test/fullDisk.ts", place]
      const printed = execFileSync("unshare", ["-rm", ...program], { cwd: root, encoding: "utf8", stdio: "pipe" })
      const last = printed.trim().split("\n").at(-1) ?? ""
      const always = ["store.bin", "store.bin.lock"]
      assert.deepStrictEqual(JSON.parse(last), {
        said: [
          ["Success", ["store.bin", "store.bin.1-0.index", "store.bin.lock"]],
          // Without its index, which is made again by whoever opens it.
          ["Success", ["ballast", ...always]],
          ["Failure", ["ballast", ...always]],
          ["Success", ["store.bin", "store.bin.3-0.index", "store.bin.lock"]],
        ],
        again: 1500,
      })
    }),
  )
})
