import { describe, expect, it } from "vitest"
import { startUpstream } from "../src/index.ts"
import { makeClient } from "./client.ts"

const model = "test-embedding"

describe("POST /embeddings", () => {
  it("sends scripted vectors as base64, which the client asks for by itself, and as numbers", async () => {
    await using upstream = await startUpstream()
    upstream.always({
      embeddings: [
        [0.5, -0.25, 1],
        [0, 0, 1],
      ],
    })
    const client = makeClient(upstream)
    const decoded = await client.embeddings.create({ model, input: ["a", "b"] })
    expect(decoded.data.map((entry) => Array.from(entry.embedding))).toEqual([
      [0.5, -0.25, 1],
      [0, 0, 1],
    ])
    expect(upstream.requests[0]?.body.encoding_format).toBe("base64")
    const raw = await client.embeddings.create({ model, input: "a", encoding_format: "base64" })
    expect(raw.data[0]?.embedding).toBe(Buffer.from(new Float32Array([0.5, -0.25, 1]).buffer).toString("base64"))
    const plain = await client.embeddings.create({ model, input: "a", encoding_format: "float" })
    expect(plain.data[0]?.embedding).toEqual([0.5, -0.25, 1])
    expect(plain).toMatchObject({ model, usage: { prompt_tokens: 9, total_tokens: 9 } })
  })

  it("derives a unit vector from each text, the same for the same text", async () => {
    await using upstream = await startUpstream()
    const client = makeClient(upstream)
    const { data } = await client.embeddings.create({ model, input: ["cat", "dog", "cat"], encoding_format: "float" })
    expect(data[0]?.embedding).toEqual(data[2]?.embedding)
    expect(data[0]?.embedding).not.toEqual(data[1]?.embedding)
    for (const { embedding } of data) expect(Math.hypot(...embedding)).toBeCloseTo(1)
    const tokens = await client.embeddings.create({ model, input: [[1, 2], [3]], encoding_format: "float" })
    expect(tokens.data).toHaveLength(2)
  })

  it("honours dimensions, and scales shortened vectors back to unit length", async () => {
    await using upstream = await startUpstream()
    const client = makeClient(upstream)
    const request = { model, input: "cat", encoding_format: "float" as const }
    expect((await client.embeddings.create({ ...request, dimensions: 3 })).data[0]?.embedding).toHaveLength(3)
    upstream.reply({ embeddings: [[3, 4, 12]] })
    expect((await client.embeddings.create({ ...request, dimensions: 2 })).data[0]?.embedding).toEqual([0.6, 0.8])
  })
})

describe("GET /models", () => {
  it("lists the models of the server, or of the reply", async () => {
    await using upstream = await startUpstream({ models: ["small", "large"] })
    const client = makeClient(upstream)
    const ids = async () => (await client.models.list()).data.map((entry) => entry.id)
    expect(await ids()).toEqual(["small", "large"])
    upstream.reply({ models: ["other"] })
    expect(await ids()).toEqual(["other"])
    expect(upstream.requests[0]).toMatchObject({ method: "GET", path: "/v1/models", rawBody: "", body: {} })
  })
})
