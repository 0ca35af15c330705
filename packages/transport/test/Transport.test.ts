import type { IncomingHttpHeaders } from "node:http"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { TransportError } from "../src/index.ts"
import { bodyOf, failureOf, json, openTransport, serve, signal } from "./servers.ts"

const text = JSON.stringify({ words: "word é 漢字 😀 ".repeat(5000) })

describe("responses", () => {
  it("offers status, headers and body as a Response does", async () => {
    const base = await serve((_request, response) => {
      response.writeHead(201, "Made", {
        "content-type": "application/json",
        "x-Test": ["a", "b"],
        "set-cookie": ["c", "d"],
      })
      response.end('\ufeff{"a":1}')
    })
    const response = await openTransport().fetch(`${base}/made?q=1#hash`)
    expect([response.status, response.ok, response.statusText, response.redirected]).toEqual([201, true, "Made", false])
    expect(response.url).toBe(`${base}/made?q=1`)
    expect(response.headers).toBeInstanceOf(Headers)
    expect([response.headers.get("X-TEST"), response.headers.get("none")]).toEqual(["a, b", null])
    expect(response.headers.getSetCookie()).toEqual(["c", "d"])
    const names = [...response.headers.keys()]
    expect(names).toEqual(names.toSorted())
    expect([...new Headers(response.headers)]).toEqual([...response.headers.entries()])
    expect(() => response.headers.set("a", "b")).toThrow(TypeError)
    expect(response.bodyUsed).toBe(false)
    expect(await response.json()).toEqual({ a: 1 })
    expect(response.bodyUsed).toBe(true)
    await expect(response.text()).rejects.toThrow("already been read")
  })

  it("reads the body as text, bytes, arrayBuffer, blob and formData", async () => {
    const base = await serve((request, response) => {
      response.setHeader("content-type", request.headers["content-type"] ?? "text/plain")
      request.pipe(response)
    })
    const { fetch } = openTransport()
    const post = (body: BodyInit): Promise<Response> => fetch(base, { method: "POST", body })
    expect(await (await post(text)).text()).toBe(text)
    expect(new TextDecoder().decode(await (await post(text)).bytes())).toBe(text)
    expect((await (await post(text)).arrayBuffer()).byteLength).toBe(Buffer.byteLength(text))
    const blob = await (await post(new Blob(["hello"], { type: "text/html" }))).blob()
    expect([await blob.text(), blob.type]).toEqual(["hello", "text/html"])
    const form = new FormData()
    form.set("name", "value")
    form.set("file", new File(["content"], "a.txt", { type: "text/plain" }))
    const echoed = await (await post(form)).formData()
    expect(echoed.get("name")).toBe("value")
    const file = echoed.get("file")
    expect(file instanceof File ? await file.text() : undefined).toBe("content")
  })

  it("has a real web stream as body, made once, and clones", async () => {
    const base = await serve((_request, response) => response.end(text))
    const { fetch } = openTransport()
    const streamed = await fetch(base)
    expect(streamed.body).toBeInstanceOf(ReadableStream)
    expect(streamed.body).toBe(streamed.body)
    expect(await new Response(streamed.body).text()).toBe(text)
    expect(streamed.bodyUsed).toBe(true)
    const untouched = await fetch(base)
    const { body } = untouched
    expect(await untouched.text()).toBe(text)
    expect(body?.locked).toBe(true)
    const original = await fetch(base)
    const copy = original.clone()
    expect(await Promise.all([original.text(), copy.text()])).toEqual([text, text])
    expect(() => original.clone()).toThrow(TypeError)
  })

  it("has no body for HEAD, 204 and 304", async () => {
    const base = await serve((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { "content-encoding": "gzip" }).end()
    })
    const { fetch } = openTransport()
    for (const [path, method] of [
      ["200", "HEAD"],
      ["204", "GET"],
      ["304", "GET"],
    ] as const) {
      const response = await fetch(`${base}/${path}`, { method })
      expect([response.body, await response.text()]).toEqual([null, ""])
    }
  })

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("decodes %s, sent as a whole or in pieces", async (encoding, compress) => {
    const coded = compress(Buffer.from(text))
    const base = await serve((request, response) => {
      response.writeHead(200, { "content-encoding": encoding })
      if (request.url === "/empty") response.end()
      else if (request.url === "/whole") response.end(coded)
      else {
        for (let at = 0; at < coded.length; at += 7) response.write(coded.subarray(at, at + 7))
        response.end()
      }
    })
    const { fetch } = openTransport()
    expect(await (await fetch(`${base}/whole`)).text()).toBe(text)
    expect(await (await fetch(`${base}/pieces`)).text()).toBe(text)
    expect(await (await fetch(`${base}/empty`)).text()).toBe("")
  })

  it.each([
    ["truncated", gzipSync(text).subarray(0, 100), "gzip", "Z_BUF_ERROR"],
    ["damaged", Buffer.from("this is not gzip"), "gzip", "Z_DATA_ERROR"],
  ])("fails on a %s compressed body", async (_, coded, encoding, code) => {
    const base = await serve((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding }).end(coded),
    )
    const response = await openTransport().fetch(base)
    expect(await failureOf(response.text())).toMatchObject({ name: "TransportError", code })
  })

  it("refuses an encoding it cannot decode", async () => {
    const base = await serve((_request, response) => response.writeHead(200, { "content-encoding": "snappy" }).end("x"))
    expect(await failureOf(openTransport().fetch(base))).toMatchObject({ code: "UNSUPPORTED_ENCODING" })
  })

  it("refuses a body above maxResponseBytes, counted after decoding", async () => {
    const coded = gzipSync(Buffer.alloc(10_000_000))
    const base = await serve((request, response) => {
      if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(coded)
      else response.end(Buffer.alloc(200_000))
    })
    const { fetch } = openTransport({ maxResponseBytes: 100_000 })
    for (const path of ["gzip", "plain"]) {
      const response = await fetch(`${base}/${path}`)
      expect(await failureOf(response.bytes())).toMatchObject({ code: "RESPONSE_TOO_LARGE" })
    }
  })
})

describe("requests", () => {
  it.each<[string, () => BodyInit, string | undefined]>([
    ["string", () => text, "text/plain;charset=UTF-8"],
    ["Uint8Array", () => new TextEncoder().encode(text), undefined],
    ["ArrayBuffer", () => new TextEncoder().encode(text).buffer, undefined],
    ["Blob", () => new Blob([text], { type: "text/x" }), "text/x"],
    ["URLSearchParams", () => new URLSearchParams({ a: text }), "application/x-www-form-urlencoded;charset=UTF-8"],
    ["ReadableStream", () => new Blob([text]).stream(), undefined],
  ])("sends a %s", async (name, body, contentType) => {
    const seen = signal<{ readonly body: string; readonly headers: IncomingHttpHeaders }>()
    const base = await serve(async (request, response) => {
      seen.resolve({ body: (await bodyOf(request)).toString(), headers: request.headers })
      response.end()
    })
    await openTransport().fetch(base, { method: "POST", body: body() })
    const { body: received, headers } = await seen.promise
    expect(name === "URLSearchParams" ? new URLSearchParams(received).get("a") : received).toBe(text)
    expect(headers["content-type"]).toBe(contentType)
  })

  it("takes headers in each form, a given content type first, a URL object and a Request", async () => {
    const base = await serve((request, response) => json(response, [request.method, request.headers]))
    const { fetch } = openTransport()
    const given = { "Content-Type": "application/json", "x-a": "1" }
    const forms: ReadonlyArray<HeadersInit> = [
      given,
      [
        ["Content-Type", "application/json"],
        ["x-a", "1"],
      ],
      new Headers(given),
    ]
    for (const headers of forms) {
      const response = await fetch(new URL(base), { method: "post", headers, body: "{}" })
      expect(await response.json()).toMatchObject(["POST", { "content-type": "application/json", "x-a": "1" }])
    }
    const request = new Request(base, { method: "PUT", headers: given, body: "{}" })
    expect(await (await fetch(request)).json()).toMatchObject(["PUT", { "x-a": "1", "content-length": "2" }])
    expect(await (await fetch(base)).json()).toMatchObject(["GET", {}])
  })

  it.each([
    ["ftp://127.0.0.1/", {}],
    ["not a url", {}],
    ["http://user:secret@127.0.0.1/", {}],
    ["http://127.0.0.1/", { method: "GET", body: "x" }],
  ])("refuses %s %j", async (url, init) => {
    const error = await failureOf(openTransport().fetch(url, init))
    expect(error).toMatchObject({ code: "INVALID_REQUEST" })
    expect(String(error)).not.toContain("secret")
  })

  it("refuses a redirect without following it, and names no header", async () => {
    const paths: Array<string> = []
    const base = await serve((request, response) => {
      paths.push(request.url ?? "")
      response.writeHead(307, { location: "/elsewhere?token=abc" }).end()
    })
    const { fetch } = openTransport()
    const error = await failureOf(fetch(base, { method: "POST", headers: { authorization: "Bearer abc" } }))
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: "REDIRECT_REFUSED" })
    expect(String(error)).not.toContain("abc")
    const manual = await fetch(base, { redirect: "manual" })
    expect([manual.status, manual.headers.get("location")]).toEqual([307, "/elsewhere?token=abc"])
    expect(paths).toEqual(["/", "/"])
  })

  it("carries 1,000 concurrent requests", async () => {
    let seen = 0
    const base = await serve((request, response) => json(response, { path: request.url, count: ++seen }))
    const { fetch } = openTransport({ connections: 100 })
    const paths = Array.from({ length: 1000 }, (_, n) => `/${n}`)
    const answers = await Promise.all(paths.map(async (path) => (await fetch(base + path)).json()))
    expect(answers.map((answer) => answer.path)).toEqual(paths)
    expect(seen).toBe(1000)
  })

  it("keeps no more sockets than asked for, and uses them again", async () => {
    const sockets = new Set<unknown>()
    const base = await serve((request, response) => {
      sockets.add(request.socket)
      response.end()
    })
    const { fetch } = openTransport({ connections: 3 })
    await Promise.all(Array.from({ length: 60 }, async () => (await fetch(base)).text()))
    expect(sockets.size).toBeLessThanOrEqual(3)
  })
})
