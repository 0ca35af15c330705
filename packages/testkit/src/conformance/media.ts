import { assert } from "@effect/vitest"
import type { FilePart, FileSource } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { failure } from "./judge.ts"
import { check, type WireScene } from "./Scene.ts"
import { type Ask, type ProviderConformance, ways } from "./Suite.ts"
import { group } from "./group.ts"

/** Content that is no valid file: nothing here decodes it. Its base64 has both padding and the last two characters. */
export const bytes = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0xfb, 0xff, 0xfe, 0x00, 0x0a, 0x80])
export const base64 = Buffer.from(bytes).toString("base64")
const url = "https://example.com/a%20b.png?x=1&y=2"

export const withFile = (mediaType: string, source: FileSource, filename?: string): Ask => {
  const file: FilePart = { type: "file", mediaType, source, ...(filename === undefined ? {} : { filename }) }
  return { messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, file] }] }
}

const filesOf = (scene: WireScene, index: number) =>
  scene.sent(index).pieces.flatMap((piece) => (piece.type === "file" ? [piece] : []))

/** Each kind of file that the provider says it takes arrives whole, from every kind of source. */
export const media = (suite: ProviderConformance): void =>
  group("files", () => {
    const { files } = suite.capabilities
    if (files.image) images(suite)
    if (files.pdf) sameBytes(suite, "application/pdf", "a PDF", "report.pdf")
    if (files.audio) sameBytes(suite, "audio/wav", "audio")
    if (files.text) texts(suite)

    check(suite, "a file that nobody can take is refused as Unsupported, before anything is sent", (scene) =>
      Effect.gen(function* () {
        for (const way of ways) {
          const strange = withFile("application/x-switchyard-unknown", { type: "bytes", bytes })
          const error = yield* failure(scene.ask(way, strange))
          assert.strictEqual(error.reason._tag, "Unsupported", error.message)
          assert.include(error.message, "application/x-switchyard-unknown", "the message names the type")
          scene.sentNothing()
        }
      }),
    )
  })

const images = (suite: ProviderConformance): void => {
  check(suite, "an image arrives as the URL it was given as, or inlined", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, withFile("image/png", { type: "url", url }))
        const [file] = filesOf(scene, index)
        assert.strictEqual(file?.url, url, way)
      }
    }),
  )
  sameBytes(suite, "image/png", "an image")

  check(suite, "text and images keep their order", (scene) =>
    Effect.gen(function* () {
      const image: FilePart = { type: "file", mediaType: "image/jpeg", source: { type: "base64", base64 } }
      const content = [{ type: "text", text: "A" }, image, { type: "text", text: "B" }, image] as const
      yield* scene.ask("generate", { messages: [{ role: "user", content }] })
      const order = scene.sent().pieces.map((piece) => (piece.type === "text" ? piece.text : piece.type))
      assert.deepStrictEqual(order, ["A", "file", "B", "file"])
    }),
  )
}

const sameBytes = (suite: ProviderConformance, mediaType: string, what: string, filename?: string): void => {
  const sources: ReadonlyArray<FileSource> = [
    { type: "base64", base64 },
    { type: "bytes", bytes },
  ]
  for (const source of sources) {
    check(suite, `${what} given as ${source.type} arrives byte for byte, with its type`, (scene) =>
      Effect.gen(function* () {
        for (const [index, way] of ways.entries()) {
          yield* scene.ask(way, withFile(mediaType, source, filename))
          const [file] = filesOf(scene, index)
          assert.strictEqual(file?.base64, base64, way)
          assert.strictEqual(file?.mediaType, mediaType, way)
          if (filename !== undefined) assert.strictEqual(file?.filename, filename, way)
        }
      }),
    )
  }
}

const texts = (suite: ProviderConformance): void => {
  const passage = "The moon is made of \u201ccheese\u201d \u{1f9c0}."
  const encoded = Buffer.from(passage, "utf8")
  const sources: ReadonlyArray<FileSource> = [
    { type: "text", text: passage },
    { type: "base64", base64: encoded.toString("base64") },
    { type: "bytes", bytes: new Uint8Array(encoded) },
  ]
  for (const source of sources) {
    check(suite, `a text file given as ${source.type} arrives with its content and its name`, (scene) =>
      Effect.gen(function* () {
        for (const [index, way] of ways.entries()) {
          yield* scene.ask(way, withFile("text/plain", source, "moon.txt"))
          const arrived = scene.sent(index).pieces.map((piece) => {
            if (piece.type !== "file") return piece.type === "text" ? piece.text : ""
            return `${piece.filename ?? ""} ${Buffer.from(piece.base64 ?? "", "base64").toString("utf8")}`
          })
          assert.include(arrived.join("\n"), passage, way)
          assert.include(arrived.join("\n"), "moon.txt", way)
        }
      }),
    )
  }
}
