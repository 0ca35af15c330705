import { startUpstream } from "@switchyard/testkit"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, secret, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

const schema = {
  type: "object",
  required: ["name", "age"],
  properties: { name: { type: "string" }, age: { type: "integer" } },
  additionalProperties: false,
}
const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line))

describe.concurrent("validate json", bounded, () => {
  it("gets the JSON out of a text", async () => {
    const input = "Sure!\n```json\n{'name': 'Ada', age: 36,}\n```"
    const { code, stdout, stderr } = await switchyard(["validate", "json"], { input })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, value: { name: "Ada", age: 36 }, repaired: true })
  })

  it("a text without JSON is not ok, and its value null", async () => {
    const { code, stdout } = await switchyard(["validate", "json"], { input: "I cannot help with that." })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, value: null, score: 0, repaired: false })
  })

  it("--jsonl answers each line with a line, in order, also the bad ones; a line may have its own schema", async () => {
    await using folder = await folderWith({ "schema.json": JSON.stringify(schema) })
    const lines = [
      { id: 1, text: `{"name":"Ada","age":"36"}` },
      { id: "two", text: "nothing" },
      { id: 3, text: `[1, 2,]`, schema: { type: "array", items: { type: "integer" } } },
      { id: 4, text: `{"name":"Ada"}` },
      { id: 5 },
      { id: 6, text: "{}", schema: { type: "nonsense" } },
    ]
    const input = `${lines.map((line) => JSON.stringify(line)).join("\n")}\nnot json\n`
    const args = ["validate", "json", "--jsonl", "--schema", "schema.json"]
    const { code, stdout, stderr } = await switchyard(args, { cwd: folder.path, input })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const answers = linesOf(stdout)
    expect(answers).toMatchObject([
      { id: 1, ok: true, value: { name: "Ada", age: 36 }, repaired: true },
      { id: "two", ok: false, value: null },
      { id: 3, ok: true, value: [1, 2] },
      { id: 4, ok: false, value: { name: "Ada" } },
      { id: 5, ok: false, error: expect.stringContaining(`"text"`) },
      { id: 6, ok: false, error: expect.stringContaining("schema cannot be used") },
      { id: null, ok: false, error: expect.stringContaining("not valid JSON") },
    ])
  })

  it("a byte order mark before the first line does no harm; --min-score is from 0 to 1", async () => {
    const args = ["validate", "json", "--jsonl"]
    const input = `\ufeff{"id":1,"text":"{}"}\n{"id":2,"text":"{}","schema":false}\n`
    const [marked, seven] = await Promise.all([
      switchyard(args, { input }),
      switchyard([...args, "--min-score", "7"], { input }),
    ])
    expect(linesOf(marked.stdout)).toMatchObject([
      { id: 1, ok: true },
      { id: 2, ok: false },
    ])
    expectFailure(seven, 2, "--min-score is 7")
  })

  it("a wrong schema is refused before anything is read", async () => {
    await using folder = await folderWith({ "bad.json": `{"type":"nonsense"}`, "list.json": "[]" })
    const cwd = folder.path
    const run = (file: string) => switchyard(["validate", "json", "--schema", file], { cwd, input: "{}" })
    const [bad, list, gone] = await Promise.all([run("bad.json"), run("list.json"), run("gone.json")])
    expect(bad.code).toBe(2)
    expect(bad.notes[0]).toContain("the schema cannot be used")
    expectFailure(list, 2, "must hold a JSON Schema")
    expectFailure(gone, 2, "there is no such file")
  })

  it("call --validate asks again twice, with what was wrong, and gives the repaired value", async () => {
    await using upstream = await startUpstream({ apiKey: secret })
    upstream.reply({ text: "I am not sure about that." })
    upstream.reply({ text: `{"name":"Ada"}` })
    upstream.reply({ text: "Sorry:\n```json\n{'name': 'Ada', 'age': '36',}\n```" })
    await using folder = await folderWith({ "schema.json": JSON.stringify(schema) })
    const args = ["call", "-m", "openai/small", "--validate", "json:schema.json", "--explain", "Describe Ada"]
    const env = { OPENAI_API_KEY: secret, OPENAI_BASE_URL: upstream.baseURL }
    const { code, stdout, notes } = await switchyard(args, { cwd: folder.path, env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: `{"name":"Ada","age":36}\n` })
    const [, second, third] = upstream.requests
    expect(second?.rawBody).toContain("there is no JSON in the text")
    expect(third?.rawBody).toContain("must have required property 'age'")
    const told = notes.join("\n")
    expect(told).toContain("rejected  attempt 1: there is no JSON in the text")
    expect(told).toMatch(/verdict {3}ok, score 0\.\d+, repaired/)
    expect(told).toContain('$.age: the string "36" is read as a number')
  })

  it("--validate with a validator that is not there names those that are", async () => {
    await using upstream = await startUpstream({ apiKey: secret })
    const env = { OPENAI_API_KEY: secret, OPENAI_BASE_URL: upstream.baseURL }
    const result = await switchyard(["call", "-m", "openai/small", "--validate", "jsn", "Hi"], { env })
    expectFailure(result, 1, 'there is no validator "jsn"', '"json"')
  })
})
