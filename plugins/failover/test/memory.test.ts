import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Bytes = Schema.fromJsonString(Schema.Array(Schema.Finite))

it.live("a thousand breakers take less than 5 MB", () =>
  Effect.gen(function* () {
    const script = fileURLToPath(new URL("./memory.ts", import.meta.url))
    const args = ["--expose-gc", "--conditions=@switchyard/source", script]
    const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, args))
    const [count, time] = yield* Schema.decodeEffect(Bytes)(stdout)
    assert.isBelow(count ?? Number.NaN, 5_000_000)
    assert.isBelow(time ?? Number.NaN, 5_000_000)
  }),
)
