import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readIncidents } from "../src/index.ts"
import { folder } from "./stubs.ts"

it.live("a process that is killed loses what it counted since the last flush, and nothing else", () =>
  Effect.gen(function* () {
    const store = join(yield* folder, "incidents.sqlite")
    yield* Effect.promise(async () => {
      const args = ["--conditions=@switchyard/source", join(import.meta.dirname, "killed.ts"), store]
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], timeout: 15_000 })
      const ended = once(child, "exit")
      await once(child.stdout, "data")
      child.kill("SIGKILL")
      await ended
    })
    const reader = yield* readIncidents(store)
    const [counted] = yield* reader.aggregates()
    assert.isAtLeast(counted?.count ?? 0, 100)
    assert.isAtMost(counted?.count ?? 0, 150)
    assert.deepInclude((yield* reader.list())[0], { state: "open", kind: "Broken" })
  }).pipe(Effect.scoped),
)
