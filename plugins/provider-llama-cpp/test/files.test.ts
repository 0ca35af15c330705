import { assert, describe, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import { chmodSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fileOf, folderOf, greedy, tiny, using, withNative } from "./native.ts"
import { tinyGguf } from "@switchyard/testkit"

const whole = tinyGguf()

/** What a call says whose model is this file. */
const refusal = (path: string): Effect.Effect<LlmError, unknown> =>
  Effect.flip(using((kernel) => kernel.generate({ ...greedy, prompt: "Hi" }), { tiny: { ...tiny, path } }))

const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(whole)
  change(bytes)
  return bytes
}

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0])

const bad: ReadonlyArray<readonly [what: string, bytes: Buffer, says: RegExp]> = [
  ["an empty file", Buffer.alloc(0), /is empty/],
  ["a page of HTML", Buffer.from("<html>Log in to download</html>"), /is no GGUF file: it begins with "<htm"/],
  ["a pointer of Git LFS", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /is no GGUF file/],
  ["an image", png, /is no GGUF file: it begins with 0x89504e47/],
  ["four right bytes and no more", Buffer.from("GGUF"), /is cut short/],
  ["a header that is cut", whole.subarray(0, 2000), /is cut short/],
  ["weights that are cut", whole.subarray(0, whole.length - 20_000), /is cut short: 20000 bytes .* are missing/],
  ["version 1", changed((bytes) => void bytes.writeUInt32LE(1, 4)), /GGUF version 1/],
  ["version 9", changed((bytes) => void bytes.writeUInt32LE(9, 4)), /GGUF version 9/],
  ["the other byte order", changed((bytes) => void bytes.writeUInt32BE(3, 4)), /big-endian/],
  ["an absurd number of tensors", changed((bytes) => void bytes.writeBigUInt64LE(2n ** 40n, 8)), /damaged/],
  ["an absurd number of keys", changed((bytes) => void bytes.writeBigUInt64LE(2n ** 50n, 16)), /damaged/],
  ["an absurd length of a key", changed((bytes) => void bytes.writeBigUInt64LE(2n ** 60n, 24)), /damaged/],
]

describe("a file that is no model", () => {
  for (const [what, bytes, says] of bad) {
    it.live(`${what}: is told with its path, before the native code sees it`, () =>
      Effect.gen(function* () {
        const path = fileOf(`bad-${what.replaceAll(/\W/g, "-")}.gguf`, bytes)
        const { reason, recovery, message } = yield* refusal(path)
        assert.strictEqual(reason._tag, "Unsupported", message)
        assert.include(message, path)
        assert.match(message, says)
        assert.strictEqual(recovery, "failover", "another candidate may answer")
      }),
    )
  }

  it.live("nothing there, a folder, no permission: is told with its path", () =>
    Effect.gen(function* () {
      const locked = fileOf("locked.gguf", whole)
      chmodSync(locked, 0)
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        [join(folderOf(), "nothing-here.gguf"), /does not exist/],
        [join(locked, "below-a-file.gguf"), /does not exist/],
        [folderOf(), /is a folder/],
      ]
      // A process with all rights reads it nevertheless.
      const rights = process.getuid?.() === 0 ? [] : [[locked, /may not be read/] as const]
      for (const [path, says] of [...cases, ...rights]) {
        const { reason, message } = yield* refusal(path)
        assert.strictEqual(reason._tag, "ModelNotFound", message)
        assert.include(message, path)
        assert.match(message, says)
      }
    }),
  )
})

const Damage = Schema.Struct({
  at: Schema.Int.check(Schema.isBetween({ minimum: 4, maximum: 14_000 })),
  near: Schema.Boolean,
  byte: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })),
})

withNative("a file that looks like a model", () => {
  it.live("of an unknown architecture is told with its name", () =>
    Effect.gen(function* () {
      const path = fileOf("arch.gguf", tinyGguf({ architecture: "nosucharch" }))
      const { reason, message } = yield* refusal(path)
      assert.strictEqual(reason._tag, "Unsupported", message)
      assert.include(message, path)
    }),
  )

  it.live.prop(
    "of which some bytes are wrong is refused or loaded, and never ends the process",
    { damage: Schema.Array(Damage).check(Schema.isBetweenLength(1, 4)) },
    ({ damage }) =>
      Effect.gen(function* () {
        const bytes = changed((copy) => {
          for (const { at, near, byte } of damage) copy[near ? 4 + (at % 460) : at] = byte
        })
        const path = fileOf("fuzzed.gguf", bytes)
        const outcome = yield* Effect.result(
          using((kernel) => kernel.generate({ ...greedy, prompt: "Hi", maxOutputTokens: 1 }), {
            tiny: { ...tiny, path },
          }),
        )
        if (outcome._tag === "Failure") assert.strictEqual(outcome.failure._tag, "LlmError")
      }),
    { arbitrary: { seed: "damage", runs: 60 } },
  )
})
