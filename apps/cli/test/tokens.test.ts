import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const lines = (text: string): ReadonlyArray<unknown> =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

describe("tokens", () => {
  it("answers each line in order, also one that cannot be read", async () => {
    const input = [
      { id: 1, text: "hello world" },
      { id: "b", text: "" },
      { id: 3 },
      { id: 4, text: "hello", model: "claude-opus-4-5" },
      { id: 5, messages: [{ role: "user", content: "hi" }] },
      { id: 6, messages: [{ role: "nobody" }] },
    ].map((line) => JSON.stringify(line))
    const result = await switchyard(["tokens", "--jsonl", "--model", "gpt-4o"], {
      input: ["not json", "", ...input, "[1]"].join("\n"),
    })
    expect(lines(result.stdout)).toEqual([
      { line: 1, error: expect.stringContaining("not valid JSON") },
      { id: 1, tokens: 2, exact: true },
      { id: "b", tokens: 0, exact: true },
      { id: 3, line: 5, error: expect.stringContaining(`"text"`) },
      { id: 4, tokens: 2, exact: false },
      { id: 5, tokens: 8, exact: true },
      { id: 6, line: 8, error: expect.stringContaining("role") },
      { line: 9, error: expect.stringContaining(`"text"`) },
    ])
    expect([result.code, result.stderr]).toEqual([0, ""])
  })

  it("counts a file, and says how", async () => {
    await using folder = await folderWith({ "a.txt": "hello world" })
    const result = await switchyard(["tokens", "a.txt", "--model", "openai/gpt-4"], { cwd: folder.path })
    expect(lines(result.stdout)).toEqual([{ tokens: 2, exact: true, method: "cl100k_base" }])
  })

  it("says what is wrong with a file, and with no model", async () => {
    expectFailure(await switchyard(["tokens", "--jsonl", "--model", ""], { input: "{}" }), 2, "--model is empty")
    expectFailure(await switchyard(["tokens", "--model", " "], { input: "hello" }), 2, "--model is empty")
    expectFailure(await switchyard(["tokens", "nowhere.txt", "--model", "gpt-4o"]), 2, "nowhere.txt", "no such file")
  })
})

describe("cost", () => {
  it("answers each line in order; what is not known is null", async () => {
    const input = [
      { id: 1, model: "openai/gpt-4o", usage: { prompt_tokens: 1000, completion_tokens: 100 } },
      { id: 2, model: "nope", usage: { prompt_tokens: 1000, completion_tokens: 100 } },
      { id: 3, model: "openai/gpt-4o" },
      { id: 4, usage: {} },
      { id: 5, model: "ollama/llama3", usage: { prompt_tokens: 1000, completion_tokens: 100 } },
      {
        id: 6,
        model: "anthropic/claude-opus-4.7",
        usage: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 5 },
      },
      { id: 7, model: "openai/gpt-4o", usage: { prompt_tokens: -1 } },
    ].map((line) => JSON.stringify(line))
    const args = ["cost", "--jsonl", "--at", "2026-10-01"]
    const result = await switchyard(args, { input: [...input, "{"].join("\n") })
    expect(lines(result.stdout)).toEqual([
      { id: 1, usd: 0.0035 },
      { id: 2, usd: null, unknown: expect.stringContaining("nope") },
      { id: 3, line: 3, error: expect.stringContaining(`"usage"`) },
      { id: 4, line: 4, error: expect.stringContaining(`"model"`) },
      { id: 5, usd: 0 },
      { id: 6, usd: 0.0001025 },
      { id: 7, line: 7, error: expect.stringContaining("prompt_tokens") },
      { line: 8, error: expect.stringContaining("not valid JSON") },
    ])
    expect([result.code, result.stderr]).toEqual([0, ""])
  })

  it("takes prices from a file", async () => {
    await using folder = await folderWith({
      "p.json": `{"prices":{"acme/a":{"input":1,"output":2}}}`,
      "bad.json": "{}",
    })
    const input = JSON.stringify({ id: 1, model: "acme/a", usage: { input: { total: 1e6 }, output: { total: 0 } } })
    const result = await switchyard(["cost", "--prices", "p.json"], { cwd: folder.path, input })
    expect(lines(result.stdout)).toEqual([{ id: 1, usd: 1 }])
    expectFailure(await switchyard(["cost", "--prices", "bad.json"], { cwd: folder.path, input }), 1, "bad.json")
  })
})
