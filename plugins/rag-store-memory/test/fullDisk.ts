// A program on a small disk of its own, which it fills: prints what is there after each saving, and what it holds at last.
import { execFileSync } from "node:child_process"
import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { put, using } from "./scene.ts"

const [place = ""] = process.argv.slice(2)
execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", place])
const file = join(place, "store.bin")
const ballast = join(place, "ballast")
const sizeOf = (name: string): number => statSync(join(place, name)).size
/** Fills the disk up to so many bytes. */
const leave = (bytes: number): void => {
  rmSync(ballast, { force: true })
  const { bavail, bsize } = statfsSync(place)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - bytes))
}
const said: Array<unknown> = []
const options = { file, approximate: "always", saveEveryMs: 0 } as const
const program = using(options, (store) =>
  Effect.gen(function* () {
    const saved = Effect.gen(function* () {
      yield* store.settled
      const result = yield* Effect.result(store.save)
      said.push([result._tag, readdirSync(place).toSorted()])
    })
    yield* put(1500)(store)
    yield* saved
    // Room for the records, and not for the index beside them.
    leave(sizeOf("store.bin") + sizeOf("store.bin.1-0.index") / 2)
    yield* put(1500, 2)(store)
    yield* saved
    leave(sizeOf("store.bin") / 2)
    yield* put(1500, 3)(store)
    yield* saved
    rmSync(ballast)
    yield* saved
  }),
)
await Effect.runPromise(program)
const again = await Effect.runPromise(using(options, (store) => store.count()))
console.log(JSON.stringify({ said, again }))
