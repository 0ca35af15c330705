import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeMultimodal, multimodal, plugin } from "../src/index.ts"
import { drawing } from "./images.ts"
import { ask, asking, image, partsOf, recorder, seeing, stackOf } from "./stack.ts"

const small = Effect.promise(() => drawing(40, 30).removeAlpha().png().toBuffer())

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  assert.deepInclude(multimodal.manifest, { name: "@switchyard/multimodal", kind: "middleware", contract: 1 })
  assert.strictEqual(plugin, multimodal)
})

it("importing and composing it does not load sharp", async () => {
  const program = `
    import { Middlewares, compose } from "@switchyard/core"
    import { multimodal } from "@switchyard/multimodal"
    import { createRequire } from "node:module"
    import * as Effect from "effect/Effect"
    await Effect.runPromise(Effect.provide(Middlewares, compose([multimodal()])))
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    process.stdout.write(String(loaded.filter((path) => /sharp/.test(path)).length))`
  const args = ["--conditions=@switchyard/source", "--input-type=module", "-e", program]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  })
  assert.strictEqual(stdout, "0")
})

it.effect("it stands at one stage and takes part in attempts only", () =>
  Effect.map(makeMultimodal(), (middleware) => {
    assert.deepStrictEqual(Object.keys(middleware).toSorted(), ["attempt", "name", "stage"])
    assert.strictEqual(middleware.stage, "fit")
  }),
)

it.effect("a request without images, with images that fit, or for who cannot see, passes untouched", () =>
  Effect.gen(function* () {
    const bytes = yield* small
    const [openai, blind] = [recorder("openai"), recorder("blind", { ...seeing, inputMedia: ["text/plain"] })]
    const stack = stackOf([openai, blind])
    const plain = yield* Effect.provide(ask(asking("openai/gpt-4o")), stack)
    const document = {
      type: "file" as const,
      mediaType: "application/pdf",
      source: { type: "ref" as const, ref: "file-1" },
    }
    const stored = { type: "file" as const, mediaType: "image/png", source: { type: "ref" as const, ref: "file-2" } }
    const content = [image(bytes), document, stored]
    const fitting = yield* Effect.provide(ask(asking("openai/gpt-4o", ...content)), stack)
    const unseen = yield* Effect.provide(ask(asking("blind/x", image(Buffer.from("no image")))), stack)
    for (const { warnings } of [plain, fitting, unseen]) assert.deepStrictEqual(warnings, [])
    const sent = partsOf(openai.requests[1])
    assert.deepStrictEqual(sent, content)
    const [first] = sent
    assert.isTrue(first?.source.type === "bytes" && Buffer.from(first.source.bytes).equals(bytes))
  }),
)

it.effect("a type that the content belies is put right, with a warning", () =>
  Effect.gen(function* () {
    const openai = recorder("openai")
    const { warnings } = yield* Effect.provide(
      ask(asking("openai/gpt-4o", image(yield* small, "image/jpeg"))),
      stackOf([openai]),
    )
    assert.strictEqual(partsOf(openai.requests[0])[0]?.mediaType, "image/png")
    assert.match(warnings[0]?.message ?? "", /it is image\/png, not image\/jpeg/)
  }),
)

it.effect("a provider that names its formats gets one of them", () =>
  Effect.gen(function* () {
    const picky = recorder("picky", { ...seeing, inputMedia: ["text/plain", "image/jpeg"] })
    yield* Effect.provide(ask(asking("picky/gpt-4o", image(yield* small))), stackOf([picky]))
    assert.strictEqual(partsOf(picky.requests[0])[0]?.mediaType, "image/jpeg")
  }),
)

it.effect("wrong options fail the stack with the path of the field", () =>
  Effect.gen(function* () {
    for (const [options, field] of [
      [{ ssim: 2 }, "ssim"],
      [{ maxBytes: 0 }, "maxBytes"],
      [{ urls: "never" }, "urls"],
      [{ quality: 80 }, "quality"],
    ] as const) {
      // @ts-expect-error what untyped callers may write
      const error = yield* Effect.flip(Effect.provide(ask(asking("openai/x")), stackOf([recorder("openai")], options)))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, field)
    }
  }),
)
