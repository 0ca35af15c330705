import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

describe.concurrent("with no config and no key", bounded, () => {
  it("call answers from the documentation: the answer on stdout, one line on stderr", async () => {
    const { code, stdout, notes } = await switchyard(["call", "What is a circuit breaker?"])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^A circuit breaker is a switch in front of a provider/)
    expect(stdout).toContain("[1] docs/09-concepts.md:")
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(
      /Switchyard's own documentation, not with a model.*set OPENAI_API_KEY.*switchyard\.config\.ts/,
    )
  })

  it("the prompt comes from stdin or a file, the context from several files", async () => {
    await using folder = await folderWith({
      "ask.txt": "When do we ship?\n",
      "notes.md": "# Plan\n\nWe ship on the ninth of May. The office has a cat.\n",
      "team.md": "Ada leads the harbour team.\n",
    })
    const context = ["--context", "notes.md", "-c", "team.md"]
    const [file, stdin] = await Promise.all([
      switchyard(["call", "--file", "ask.txt", ...context], { cwd: folder.path }),
      switchyard(["call", ...context], { cwd: folder.path, input: "Who leads the harbour team?" }),
    ])
    expect(file).toMatchObject({ code: 0, stdout: expect.stringContaining("We ship on the ninth of May. [1]") })
    expect(file.stdout).toContain("[1] notes.md:3")
    expect(file.stdout).not.toContain("cat")
    expect(file.notes[0]).toContain("sentences from notes.md, team.md")
    expect(stdin).toMatchObject({ code: 0, stdout: expect.stringContaining("Ada leads the harbour team. [1]") })
  })

  it("odd text goes through unharmed", async () => {
    const odd = "Der Käpt'n sagt 👩‍🚀 ahoi. 灯台は一八七四年に建てられた。 המגדלור נבנה בשנת 1874."
    await using folder = await folderWith({ "odd.txt": odd })
    const args = ["call", "-c", "odd.txt", "--json", "Was sagt der Käpt'n 👩‍🚀?"]
    const { code, stdout } = await switchyard(args, { cwd: folder.path })
    expect(code).toBe(0)
    const response: unknown = JSON.parse(stdout)
    expect(JSON.stringify(response)).toContain("Der Käpt'n sagt 👩‍🚀 ahoi.")
  })

  it("--json --stream gives the parts of the stream, a line each; --explain every decision on stderr", async () => {
    const { code, stdout, notes } = await switchyard(["call", "--json", "--stream", "--explain", "What is a verdict?"])
    expect(code).toBe(0)
    const parts = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    expect(parts[0]).toMatchObject({ type: "stream-start" })
    expect(parts.at(-1)).toMatchObject({ type: "finish" })
    expect(notes.slice(1)).toEqual([
      expect.stringMatching(/^route {5}alias: extractive\/default/),
      expect.stringMatching(/^attempt 1 extractive\/default ok in [\d.]+ ms, tokens [\d,]+ in \+ \d+ out/),
    ])
  })

  it("a question that the documentation does not answer fails with one line", async () => {
    expectFailure(await switchyard(["call", "Zebra stripes?"]), 1, "nothing in the given context bears on the question")
  })

  it("a schema is more than the extractive provider can follow", async () => {
    await using folder = await folderWith({ "schema.json": `{ "type": "object" }` })
    const result = await switchyard(["call", "--schema", "schema.json", "What is a retry?"], { cwd: folder.path })
    expectFailure(result, 1, "extractive/default", "JSON")
  })

  it("a model of OpenAI without a key says which variable to set", async () => {
    expectFailure(await switchyard(["call", "-m", "openai/gpt-5.4-mini", "Hi"]), 1, "set OPENAI_API_KEY")
  })

  it("an unknown provider or model names what is there", async () => {
    const [provider, model] = await Promise.all([
      switchyard(["call", "-m", "nobody/small", "Hi"]),
      switchyard(["explain", "-m", "extractive", "Hi"]),
    ])
    expectFailure(provider, 1, 'no provider "nobody" is installed', "extractive")
    expectFailure(model, 1, 'no provider lists a model "extractive"')
  })

  it("explain, plugins list and doctor tell what the stack is", async () => {
    const [explain, plugins, json, doctor] = await Promise.all([
      switchyard(["explain", "What is a retry?"]),
      switchyard(["plugins", "list"]),
      switchyard(["plugins", "list", "--json"]),
      switchyard(["doctor", "--json"]),
    ])
    expect(explain).toMatchObject({ code: 0, stderr: "" })
    expect(explain.stdout).toMatch(/^strategy {2}alias: route "auto"\n1\. {2}extractive\/default {2}window/)
    expect(plugins).toMatchObject({ code: 0, stderr: "" })
    expect(plugins.stdout).toMatch(
      /^PLUGIN +KIND +CONTRACT .*\n@switchyard\/provider-extractive +provider +1 of 1 +extractive/,
    )
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: "provider", provides: ["extractive"] })
    const checks = doctor.stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    expect(checks).toMatchObject([
      { name: "node", status: "ok" },
      { name: "config", status: "ok", message: expect.stringContaining("none found") },
      { name: "plugin", status: "ok" },
      { name: "provider", status: "ok", message: "extractive: needs no key" },
      { name: "route", status: "ok", message: "auto: extractive/default" },
      { name: "model", status: "warning", message: expect.stringContaining("OPENAI_API_KEY") },
    ])
    expect(doctor.code).toBe(0)
  })

  it("demo asks five questions and says what to do next", async () => {
    const { code, stdout, stderr } = await switchyard(["demo"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout.match(/^\? /gm)).toHaveLength(5)
    expect(
      stdout.match(/extractive\/default \| [\w-]+ \| 1 attempt \| tokens [\d,]+ in \+ \d+ out \| [\d.]+ ms$/gm),
    ).toHaveLength(5)
    expect(stdout.match(/^\[1\] docs\//gm)).toHaveLength(5)
    expect(stdout).toContain("Use a real model:     set OPENAI_API_KEY")
  })
})
