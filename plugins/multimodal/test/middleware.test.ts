import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { onTestFinished } from "vitest"
import { bytesOf, drawing, jpegPhoto, phonePhoto } from "./images.ts"
import { ask, asking, failover, image, partsOf, recorder, seeing, stackOf } from "./stack.ts"

const serve = (body: Uint8Array) =>
  Effect.promise(async () => {
    const paths: Array<string | undefined> = []
    const server = createServer((request, response) => {
      paths.push(request.url)
      response.end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return { paths, base: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}` }
  })

const small = Effect.promise(() => drawing(40, 30).removeAlpha().png().toBuffer())
const large = Effect.promise(() => jpegPhoto(2000, 1500))

const remote = (url: string, mediaType = "image/png") => ({
  type: "file" as const,
  mediaType,
  source: { type: "url" as const, url },
})

const inBase64 = (mediaType: string, base64: string) => ({
  type: "file" as const,
  mediaType,
  source: { type: "base64" as const, base64 },
})

describe("images are fitted to the candidate that gets them", () => {
  it.effect("for each its own size, the fitted part keeping its name, with one warning", () =>
    Effect.gen(function* () {
      const [openai, anthropic] = [recorder("openai"), recorder("anthropic")]
      const bytes = yield* large
      const part = { ...image(bytes, "image/jpeg"), filename: "cat.jpg" }
      const stack = stackOf([openai, anthropic])
      for (const [model, who, width] of [
        ["openai/gpt-4o", openai, 1024],
        ["anthropic/claude-haiku-4-5", anthropic, 1270],
      ] as const) {
        const response = yield* Effect.provide(ask(asking(model, part)), stack)
        const [sent] = partsOf(who.requests[0])
        assert.isDefined(sent)
        assert.strictEqual(sent.filename, "cat.jpg")
        assert.isBelow(bytesOf(sent).length, bytes.length / 2)
        assert.strictEqual(response.warnings.length, 1)
        const [warning] = response.warnings
        assert.strictEqual(warning?.setting, "messages[0].content[1]")
        assert.match(warning?.message ?? "", new RegExp(`fitted for ${model}: 2000x1500 image/jpeg, .* -> ${width}x`))
      }
    }),
  )

  it.effect("streams the same", () =>
    Effect.gen(function* () {
      const openai = recorder("openai")
      const request = asking("openai/gpt-4o", image(yield* large, "image/jpeg"))
      const read = Kernel.use((kernel) => Stream.runDrain(kernel.stream(request)))
      yield* Effect.provide(read, stackOf([openai]))
      assert.isBelow(bytesOf(partsOf(openai.requests[0])[0] ?? { source: "" }).length, 400_000)
    }),
  )

  it.effect("the part's own detail, and the number of images, decide", () =>
    Effect.gen(function* () {
      const [openai, anthropic] = [recorder("openai"), recorder("anthropic")]
      const stack = stackOf([openai, anthropic])
      const part = { ...image(yield* large, "image/jpeg"), providerData: { openai: { detail: "low" } } }
      const low = yield* Effect.provide(ask(asking("openai/gpt-4o", part)), stack)
      assert.match(low.warnings[0]?.message ?? "", /-> 512x384/)
      const wide = image(yield* Effect.promise(() => drawing(2200, 100).png().toBuffer()))
      const few = yield* Effect.provide(
        ask(asking("anthropic/claude-opus-5", ...Array.from({ length: 20 }, () => wide))),
        stack,
      )
      assert.deepStrictEqual(few.warnings, [])
      const many = yield* Effect.provide(
        ask(asking("anthropic/claude-opus-5", ...Array.from({ length: 21 }, () => wide))),
        stack,
      )
      assert.strictEqual(many.warnings.length, 21)
      assert.match(many.warnings[0]?.message ?? "", /-> 2000x91/)
    }),
  )

  it.effect("in what tools gave and in earlier answers, too", () =>
    Effect.gen(function* () {
      const openai = recorder("openai")
      const part = image(yield* Effect.promise(() => phonePhoto(60, 40)), "image/jpeg")
      const value = [part, { type: "text" as const, text: "a cat" }]
      const input = {
        model: "openai/gpt-4o",
        messages: [
          {
            role: "assistant" as const,
            content: [part, { type: "tool-call" as const, id: "1", name: "look", inputText: "{}" }],
          },
          {
            role: "tool" as const,
            content: [
              { type: "tool-result" as const, id: "1", name: "look", output: { type: "content" as const, value } },
            ],
          },
        ],
      }
      const { warnings } = yield* Effect.provide(ask(input), stackOf([openai]))
      assert.deepStrictEqual(
        warnings.map(({ setting }) => setting),
        ["messages[0].content[0]", "messages[1].content[0].output.value[0]"],
      )
      assert.notInclude(JSON.stringify(openai.requests[0]), "Acme")
      const [, tool] = openai.requests[0]?.messages ?? []
      const result = tool?.role === "tool" ? tool.content[0] : undefined
      assert.isTrue(
        result?.type === "tool-result" && result.output.type === "content" && result.output.value.length === 2,
      )
    }),
  )
})

describe("work is done once", () => {
  it.effect("retries and failover to the same limits use what was made; another vendor gets its own", () =>
    Effect.gen(function* () {
      const [first, second, third] = [
        recorder("openai", seeing, true),
        recorder("azure", seeing, true),
        recorder("anthropic"),
      ]
      const routes = { all: ["openai/gpt-4o", "azure/gpt-4o", "anthropic/claude-haiku-4-5"] }
      const stack = stackOf([first, second, third], {}, [failover()], routes)
      const base64 = (yield* large).toString("base64")
      const part = { type: "file" as const, mediaType: "image/jpeg", source: { type: "base64" as const, base64 } }
      const response = yield* Effect.provide(ask(asking("all", part)), stack)
      const [a, b, c] = [first, second, third].map(({ requests }) => partsOf(requests[0])[0]?.source)
      assert.isTrue(a?.type === "base64" && b?.type === "base64" && a.base64 === b.base64)
      assert.isTrue(a?.type === "base64" && c?.type === "base64" && c.base64 !== a.base64)
      assert.strictEqual(new Set(response.warnings.map(({ message }) => message)).size, response.warnings.length)
    }),
  )

  it.effect("a URL is fetched once for the whole call", () =>
    Effect.gen(function* () {
      const { base, paths } = yield* serve(yield* small)
      const [first, second] = [recorder("openai", seeing, true), recorder("anthropic")]
      const routes = { all: ["openai/gpt-4o", "anthropic/claude-opus-5"] }
      const stack = stackOf([first, second], { allowHosts: ["127.0.0.1"] }, [failover()], routes)
      yield* Effect.provide(ask(asking("all", remote(`${base}/cat.png`))), stack)
      assert.deepStrictEqual(paths, ["/cat.png"])
    }),
  )
})

it.effect("the same URL ten times in a request is downloaded once", () =>
  Effect.gen(function* () {
    const { base, paths } = yield* serve(yield* large)
    const openai = recorder("openai")
    const stack = stackOf([openai], { allowHosts: ["127.0.0.1"] })
    const parts = Array.from({ length: 10 }, () => remote(`${base}/cat.jpg`))
    yield* Effect.provide(ask(asking("openai/gpt-4o", ...parts, remote(`${base}/dog.jpg`))), stack)
    assert.deepStrictEqual(paths.toSorted(), ["/cat.jpg", "/dog.jpg"])
    assert.strictEqual(partsOf(openai.requests[0]).length, 11)
  }),
)

it.effect("media types are told in any case, and octets by what they hold", () =>
  Effect.gen(function* () {
    const bytes = yield* small
    const openai = recorder("openai")
    const stack = stackOf([openai])
    const given = [
      image(bytes, "IMAGE/PNG"),
      image(bytes, "application/octet-stream"),
      inBase64("Application/Octet-Stream", bytes.toString("base64")),
      image(Buffer.from("%PDF-1.7\n"), "Application/PDF"),
      image(Buffer.from([1, 2, 3]), "application/octet-stream"),
    ]
    yield* Effect.provide(ask(asking("openai/gpt-4o", ...given)), stack)
    assert.deepStrictEqual(
      partsOf(openai.requests[0]).map(({ mediaType }) => mediaType),
      ["image/png", "image/png", "image/png", "application/pdf", "application/octet-stream"],
    )
    const phone = yield* Effect.promise(() => phonePhoto(60, 40))
    yield* Effect.provide(ask(asking("openai/gpt-4o", image(phone, "application/octet-stream"))), stack)
    assert.isFalse(bytesOf(partsOf(openai.requests[1])[0] ?? { source: "" }).includes("Acme"))
  }),
)

it.effect("more images than the vendor takes in a request are refused with their number", () =>
  Effect.gen(function* () {
    const bytes = yield* small
    const windows = [
      ["openai/gpt-5.4", 1501, undefined, /1501 images, and openai\/gpt-5\.4 takes at most 1500 in a request/],
      ["openai/claude-haiku-4-5", 101, 200_000, /101 images, and .* takes at most 100 in/],
      ["openai/claude-opus-5", 601, 1_000_000, /601 images, and .* takes at most 600 in/],
    ] as const
    for (const [model, count, contextWindow, words] of windows) {
      const info = contextWindow === undefined ? seeing : { ...seeing, contextWindow }
      const who = recorder("openai", info)
      const images = Array.from({ length: count }, () => image(bytes))
      const stack = stackOf([who])
      const error = yield* Effect.flip(Effect.provide(ask(asking(model, ...images)), stack))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.match(error.message, words)
      assert.strictEqual(who.requests.length, 0)
    }
  }),
)

describe("URLs", () => {
  it.effect("are passed on where the model fetches them, else fetched and sent as bytes", () =>
    Effect.gen(function* () {
      const bytes = yield* small
      const { base, paths } = yield* serve(bytes)
      const [fetching, blind, unknown] = [
        recorder("openai", { ...seeing, fetchesUrls: true }),
        recorder("local"),
        recorder("other", undefined),
      ]
      const stack = stackOf([fetching, blind, unknown], { allowHosts: ["127.0.0.1"] })
      const there = remote("https://images.example/cat.png")
      yield* Effect.provide(ask(asking("openai/gpt-4o", there)), stack)
      assert.deepStrictEqual(partsOf(fetching.requests[0]), [there])
      for (const [id, who] of [
        ["local", blind],
        ["other", unknown],
      ] as const) {
        yield* Effect.provide(ask(asking(`${id}/llava`, remote(`${base}/${id}`))), stack)
        assert.isTrue(bytesOf(partsOf(who.requests[0])[0] ?? { source: "" }).equals(bytes))
      }
      // An allowed host is one that the vendor cannot reach.
      yield* Effect.provide(ask(asking("openai/gpt-4o", remote(`${base}/inside`))), stack)
      assert.isTrue(bytesOf(partsOf(fetching.requests[1])[0] ?? { source: "" }).equals(bytes))
      assert.deepStrictEqual(paths, ["/local", "/other", "/inside"])
    }),
  )

  it.effect("into the stores of clouds pass to models that fetch, and to no other", () =>
    Effect.gen(function* () {
      const [fetching, blind] = [recorder("openai", { ...seeing, fetchesUrls: true }), recorder("local")]
      const stack = stackOf([fetching, blind])
      for (const url of ["gs://bucket/a.png", "s3://bucket/a.png"]) {
        yield* Effect.provide(ask(asking("openai/gpt-4o", remote(url))), stack)
        const error = yield* Effect.flip(Effect.provide(ask(asking("local/llava", remote(url))), stack))
        assert.match(error.message, /neither http nor https/)
      }
      assert.deepStrictEqual([fetching.requests.length, blind.requests.length], [2, 0])
    }),
  )

  it.effect("of other files are checked for models that see no images, too", () =>
    Effect.gen(function* () {
      const blind = recorder("blind", { ...seeing, inputMedia: ["text/plain", "application/pdf"], fetchesUrls: true })
      const part = remote("http://169.254.169.254/a.pdf", "application/pdf")
      const error = yield* Effect.flip(Effect.provide(ask(asking("blind/x", part)), stackOf([blind])))
      assert.match(error.message, /private host/)
      assert.strictEqual(blind.requests.length, 0)
    }),
  )

  it.effect("always fetched if asked for", () =>
    Effect.gen(function* () {
      const openai = recorder("openai", { ...seeing, fetchesUrls: true })
      const stack = stackOf([openai], { urls: "fetch" })
      const error = yield* Effect.flip(
        Effect.provide(ask(asking("openai/gpt-4o", remote("https://nowhere.invalid/"))), stack),
      )
      assert.strictEqual(error.reason._tag, "Network")
      assert.strictEqual(openai.requests.length, 0)
    }),
  )
})

describe("what cannot be sent is refused before anything is", () => {
  const text = Buffer.from("Dear diary")
  const bad = [
    ["text under another name", image(text), "InvalidRequest", /holds text/],
    ["nothing", image(new Uint8Array()), "InvalidRequest", /is empty \(0 bytes\)/],
    ["base64 that is none", inBase64("image/png", "!!!"), "InvalidRequest", /is not valid base64/],
    ["a private URL of a PDF", remote("http://10.0.0.1/a.pdf", "application/pdf"), "InvalidRequest", /private host/],
    ["a private URL of a sound", remote("http://[::1]/a.wav", "audio/wav"), "InvalidRequest", /private host/],
    ["a private URL in capitals", remote("HTTP://LOCALHOST/a.png", "IMAGE/PNG"), "InvalidRequest", /private host/],
    ["a file of this machine as a PDF", remote("file:///etc/passwd", "application/pdf"), "InvalidRequest", /neither/],
    ...["", "not a url", "ftp://a.example/x", "gopher://x", "blob:abc", "gs://", "http://"].map(
      (url) => [`the URL "${url}"`, remote(url), "InvalidRequest", /neither http nor https/] as const,
    ),
    [
      "text labelled as a PDF",
      image(text, "application/pdf"),
      "InvalidRequest",
      /labelled application\/pdf and is no PDF/,
    ],
    [
      "text labelled as a PDF in base64",
      inBase64("Application/PDF", text.toString("base64")),
      "InvalidRequest",
      /labelled application\/pdf/,
    ],
    ["text labelled as an image in capitals", image(text, "IMAGE/PNG"), "InvalidRequest", /holds text/],
    ["half an image", image(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAE", "base64")), "InvalidRequest", /damaged/],
    ["an SVG", image(Buffer.from("<svg></svg>"), "image/svg+xml"), "InvalidRequest", /SVG/],
    ["a private URL", remote("http://10.0.0.1/a.png"), "InvalidRequest", /private host/],
    ["a name for this machine", remote("http://localhost:8080/a.png"), "InvalidRequest", /private host/],
    ["a metadata service", remote("http://169.254.169.254/latest/meta-data"), "InvalidRequest", /private host/],
    ["a file of this machine", remote("file:///etc/passwd"), "InvalidRequest", /neither http nor https/],
    ["a path of this machine", remote("/etc/passwd"), "InvalidRequest", /neither http nor https|private host/],
  ] as const
  for (const [name, part, tag, words] of bad) {
    for (const fetchesUrls of [true, false]) {
      it.effect(`${name}, to a model that ${fetchesUrls ? "fetches URLs" : "does not"}`, () =>
        Effect.gen(function* () {
          const openai = recorder("openai", { ...seeing, fetchesUrls })
          const error = yield* Effect.flip(Effect.provide(ask(asking("openai/gpt-4o", part)), stackOf([openai])))
          assert.strictEqual(error.reason._tag, tag)
          assert.match(error.message, words)
          if (error.reason._tag === "InvalidRequest") assert.strictEqual(error.reason.field, "messages[0].content[1]")
          assert.strictEqual(openai.requests.length, 0)
        }),
      )
    }
  }
})
