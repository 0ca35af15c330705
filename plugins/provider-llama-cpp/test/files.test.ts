import { assert, describe, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import { execFileSync } from "node:child_process"
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

const changed = (change: (bytes: Buffer) => void, from = whole): Buffer => {
  const bytes = Buffer.from(from)
  change(bytes)
  return bytes
}

/** A model of another architecture with one key damaged: `change` gets where the key begins and where its value stands. */
const keyDamaged = (architecture: string, name: string, change: (bytes: Buffer, key: number, value: number) => void) =>
  changed((bytes) => {
    const key = `${architecture}.${name}`
    const at = bytes.indexOf(key)
    change(bytes, at, at + key.length + 4)
  }, tinyGguf({ architecture }))

const sized = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** A whole model with one more key, and another that keeps the weights where they are aligned. */
const withKey = (key: string, value: number | string): Buffer => {
  const one = [sized(key), typeof value === "number" ? [u32(4), u32(value)] : [u32(8), sized(value)]].flat()
  const before = Buffer.concat([...one, sized("filler"), u32(8)])
  const filler = sized(" ".repeat((64 - ((before.length + 8) % 32)) % 32))
  const head = changed((bytes) => void bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 2n, 16))
  return Buffer.concat([head.subarray(0, 24), before, filler, head.subarray(24)])
}

/** One key misspelt, as by one wrong byte. */
const misspelt = (name: string) => keyDamaged("qwen2", name, (bytes, key) => void bytes.write("X", key))
const set = (architecture: string, name: string, to: number) =>
  keyDamaged(architecture, name, (bytes, _, value) => void bytes.writeUInt32LE(to, value))

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
  ["a key that begins with NUL", changed((bytes) => void bytes.writeUInt8(0, 32)), /a key that is no name/],
  ["a key of no length", changed((bytes) => void bytes.writeBigUInt64LE(0n, 24)), /a key that is no name/],
  ["no context_length", misspelt("context_length"), /lacks qwen2\.context_length/],
  ["no embedding_length", misspelt("embedding_length"), /lacks qwen2\.embedding_length/],
  ["no block_count", misspelt("block_count"), /lacks qwen2\.block_count/],
  ["no feed_forward_length", misspelt("feed_forward_length"), /lacks qwen2\.feed_forward_length/],
  ["no head_count", misspelt("attention.head_count"), /lacks qwen2\.attention\.head_count/],
  ["no layers", set("qwen2", "block_count", 0), /qwen2\.block_count is 0/],
  ["too many layers", set("qwen2", "block_count", 513), /qwen2\.block_count cannot be/],
  ["no heads", set("qwen2", "attention.head_count", 0), /head_count is 0/],
  ["more heads than dimensions", set("mistral3", "attention.head_count", 64), /are not those of its tensors/],
  ["another width", set("qwen2", "embedding_length", 64), /are not those of its tensors/],
  ["a scaling that is none", withKey("llama.rope.scaling.type", "linexr"), /rope\.scaling\.type cannot be/],
  ["more experts used than there are", withKey("llama.expert_used_count", 2), /expert_used_count cannot be/],
  ["experts of which none is used", withKey("llama.expert_count", 8), /expert_used_count cannot be/],
  ["merges that are a number", withKey("tokenizer.ggml.merges", 1), /merges is no list of texts/],
  ["keys for heads of no size", withKey("llama.attention.key_length", 0), /key_length is 0/],
  ["an epsilon that is a count", withKey("llama.attention.layer_norm_epsilon", 7), /layer_norm_epsilon cannot be/],
  ["a head rotated in part", set("mistral3", "rope.dimension_count", 8), /rope\.dimension_count cannot be/],
  ["a head rotated beyond itself", set("phi2", "rope.dimension_count", 18), /rope\.dimension_count cannot be/],
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
        ...(process.platform === "win32" ? [] : [["/dev/null", /is a pipe, a socket or a device/] as const]),
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

describe.skipIf(process.platform === "win32")("a named pipe", () => {
  it.live("is refused and not waited for", () =>
    Effect.gen(function* () {
      const path = join(folderOf(), "pipe.gguf")
      execFileSync("mkfifo", [path])
      const { reason, message } = yield* Effect.timeout(refusal(path), 5000)
      assert.strictEqual(reason._tag, "ModelNotFound", message)
      assert.include(message, path)
      assert.match(message, /is a pipe/)
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

  it.live("with keys that it need not have is loaded", () =>
    Effect.gen(function* () {
      const path = fileOf("keys.gguf", withKey("llama.rope.scaling.type", "yarn"))
      const { usage } = yield* using((kernel) => kernel.generate({ ...greedy, prompt: "Hi" }), {
        tiny: { ...tiny, path },
      })
      assert.strictEqual(usage.output.total, 16)
    }),
  )

  it.live("with weights of an unknown type is told with its path and what to do", () =>
    Effect.gen(function* () {
      const name = "output.weight"
      const bytes = changed((copy) => void copy.writeUInt32LE(99, copy.lastIndexOf(name) + name.length + 4 + 16))
      const path = fileOf("type.gguf", bytes)
      const { reason, message } = yield* refusal(path)
      assert.strictEqual(reason._tag, "Unsupported", message)
      assert.include(message, path)
      assert.match(message, /of a type that is not known.*download or convert it again/)
    }),
  )

  for (const architecture of ["llama", "qwen2", "mistral3", "minicpm"]) {
    const given = tinyGguf({ architecture })
    it.live.prop(
      `of ${architecture}, of which some bytes are wrong, is refused or loaded, and never ends the process`,
      { damage: Schema.Array(Damage).check(Schema.isBetweenLength(1, 4)) },
      ({ damage }) =>
        Effect.gen(function* () {
          const bytes = changed((copy) => {
            for (const { at, near, byte } of damage) copy[near ? 4 + (at % 460) : at] = byte
          }, given)
          const path = fileOf(`fuzzed-${architecture}.gguf`, bytes)
          const outcome = yield* Effect.result(
            using((kernel) => kernel.generate({ ...greedy, prompt: "Hi", maxOutputTokens: 1 }), {
              tiny: { ...tiny, path },
            }),
          )
          if (outcome._tag === "Failure") assert.strictEqual(outcome.failure._tag, "LlmError")
        }),
      { arbitrary: { seed: "damage", runs: 60 } },
    )
  }
})
