import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const lines = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line))

describe("switchyard cache judge --jsonl", () => {
  it("decides each line in order, and says in words what speaks against a hit", async () => {
    const input = [
      { id: 1, a: "How do I sort a list in Python?", b: "In Python, how can I sort a list?" },
      { id: "two", a: "Convert USD to EUR", b: "Convert EUR to USD" },
    ]
    const { stdout, code, notes } = await switchyard(["cache", "judge", "--jsonl"], {
      input: input.map((line) => JSON.stringify(line)).join("\n"),
    })
    expect(notes).toEqual([])
    expect(code).toBe(0)
    const [hit, miss] = lines(stdout)
    expect(hit).toMatchObject({ id: 1, hit: true, guard: [] })
    expect(miss).toMatchObject({
      id: "two",
      hit: false,
      guard: expect.arrayContaining([expect.stringContaining("the other way round")]),
    })
    expect(miss).toHaveProperty("similarity")
  })

  it("gives a line with an error for a line that is none, and goes on; texts without meaning miss", async () => {
    const input = `nonsense\n{"id": 7, "a": 5}\n${JSON.stringify({ id: 8, a: "", b: "??" })}\n${JSON.stringify({ a: "x", b: "x" })}\n`
    const { stdout, code } = await switchyard(["cache", "judge", "--jsonl"], { input })
    expect(code).toBe(0)
    const [none, wrong, empty, same] = lines(stdout)
    expect(none).toEqual({ line: 1, error: expect.stringContaining('"a"') })
    expect(wrong).toEqual({ id: 7, line: 2, error: expect.stringContaining('"a"') })
    expect(empty).toMatchObject({ id: 8, hit: false })
    expect(same).toEqual({ hit: true, similarity: 1, guard: [] })
  })

  it("misses at once for texts that are too long to compare", async () => {
    const long = "why ".repeat(2_000_000)
    const { stdout } = await switchyard(["cache", "judge", "--jsonl"], {
      input: JSON.stringify({ id: 1, a: `${long}x`, b: `${long}y` }),
    })
    expect(lines(stdout)).toEqual([
      { id: 1, hit: false, similarity: 0, guard: expect.arrayContaining([expect.stringContaining("4000")]) },
    ])
  })

  it("says how it is used", async () => {
    expectFailure(await switchyard(["cache", "judge"]), 2, "--jsonl")
    expectFailure(await switchyard(["cache", "judge", "--jsonl", "--threshold", "7"]), 2, "0 to 1")
  })
})

describe("switchyard cache calibrate", () => {
  const pairs = readFileSync(
    fileURLToPath(new URL("../../../plugins/cache-semantic/test/pairs/first.jsonl", import.meta.url)),
  )

  it("prints a table by threshold, with the guard and without, and what it recommends", async () => {
    await using folder = await folderWith({ "pairs.jsonl": pairs })
    const { stdout, code, notes } = await switchyard(["cache", "calibrate", "pairs.jsonl"], { cwd: folder.path })
    expect(notes).toEqual([])
    expect(code).toBe(0)
    expect(stdout).toMatch(/threshold +precision +recall/)
    const last = stdout.trim().split("\n").at(-1)
    expect(last).toMatch(
      /^semanticCache\(\{ threshold: 0\.\d\d \}\) finds \d+ of 85 without a false hit; a higher one finds fewer\.$/,
    )
    expect(stdout).toContain('187 pairs: 85 to hit ("same": true), 102 to miss ("same": false).')
  })

  it("says what its pairs cannot tell", async () => {
    const hit = { a: "Who wrote Emma?", b: "Who is the author of Emma?", same: true }
    const far = { a: "Who wrote Emma?", b: "Why is the sky blue?", same: true }
    const wrong = { a: "Who wrote Emma?", b: "Who wrote Emma?", same: false }
    const last = async (...pairs: ReadonlyArray<object>) => {
      const text = pairs.map((pair) => JSON.stringify(pair)).join("\n")
      await using folder = await folderWith({ "pairs.jsonl": text })
      const { stdout } = await switchyard(["cache", "calibrate", "pairs.jsonl"], { cwd: folder.path })
      return stdout.trim().split("\n").slice(-2).join(" ")
    }
    expect(await last(hit)).toMatch(/^1 pair: 1 to hit .*finds 1 of 1 without a false hit.*use 50 or more\.$/)
    expect(await last(far)).toContain("No threshold has a hit that is not false")
    expect(await last(wrong)).toContain('add pairs with "same": true')
    expect(await last(hit, wrong)).toContain("Every threshold has a false hit")
  })

  it("prints JSON, and names lines that it leaves out", async () => {
    const text = `${JSON.stringify({ a: "Who wrote Emma?", b: "Who is the author of Emma?", same: true })}\nnonsense\n`
    await using folder = await folderWith({ "pairs.jsonl": text })
    const { stdout, notes } = await switchyard(["cache", "calibrate", "pairs.jsonl", "--json"], { cwd: folder.path })
    expect(notes[0]).toContain("line 2")
    expect(JSON.parse(stdout)).toMatchObject({ pairs: 1, same: 1 })
  })

  it("says which file is missing or empty", async () => {
    expectFailure(await switchyard(["cache", "calibrate", "nowhere.jsonl"]), 2, "nowhere.jsonl", "no such file")
    await using folder = await folderWith({ "empty.jsonl": "\n" })
    expectFailure(await switchyard(["cache", "calibrate", "empty.jsonl"], { cwd: folder.path }), 2, "holds no pair")
  })
})
