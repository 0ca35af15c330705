import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly headings: ReadonlyArray<string>
  readonly tokens: number
}

const linesOf = (stdout: string): ReadonlyArray<Line> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const guide = "\uFEFF# Guide\r\n\r\nWords 👩‍👩‍👧‍👦 here.\r\n\r\n## Part\r\n\r\nMore words, and more of them.\r\n"

describe("switchyard rag chunk", () => {
  it("gives the text back, with its places", async () => {
    await using folder = await folderWith({ "guide.md": guide })
    const file = join(folder.path, "guide.md")
    for (const algorithm of ["structure", "sentences", "semantic"]) {
      const args = ["rag", "chunk", file, "--algorithm", algorithm, "--max", "20", "--jsonl"]
      const { stdout, stderr, code } = await switchyard(args)
      const lines = linesOf(stdout)
      expect(lines.map(({ text }) => text).join("")).toBe(guide)
      for (const { text, start, end } of lines) expect(guide.slice(start, end)).toBe(text)
      expect(Object.keys(lines[0] ?? {})).toEqual(["text", "start", "end", "headings", "tokens"])
      expect(lines.at(-1)?.headings).toEqual(["Guide", "Part"])
      expect([stderr, code]).toEqual(["", 0])
    }
  })

  it("tokens, estimated or of a model", async () => {
    await using folder = await folderWith({ "a.txt": "one two three four five six seven eight nine ten" })
    const args = [
      "rag",
      "chunk",
      join(folder.path, "a.txt"),
      "--unit",
      "tokens",
      "--max",
      "4",
      "--overlap",
      "2",
      "--jsonl",
    ]
    for (const more of [[], ["--model", "openai/gpt-4o"]]) {
      const { stdout, code } = await switchyard([...args, ...more])
      const lines = linesOf(stdout)
      expect(lines.length).toBeGreaterThan(2)
      for (const { tokens } of lines) expect(tokens).toBeLessThanOrEqual(4)
      expect(lines[1]?.start).toBeLessThan(lines[0]?.end ?? 0)
      expect(code).toBe(0)
    }
  })

  it("bytes that are no UTF-8 are replaced, with a note", async () => {
    await using folder = await folderWith({ "bad.txt": Buffer.from([0x61, 0xff, 0x62]), "empty.txt": "" })
    const { stdout, notes, code } = await switchyard(["rag", "chunk", join(folder.path, "bad.txt"), "--jsonl"])
    expect(linesOf(stdout)).toMatchObject([{ text: "a\ufffdb", start: 0, end: 3 }])
    expect(notes).toEqual([expect.stringContaining("U+FFFD")])
    expect(code).toBe(0)
    const empty = await switchyard(["rag", "chunk", join(folder.path, "empty.txt"), "--jsonl"])
    expect([empty.stdout, empty.code]).toEqual(["", 0])
  })

  it("refuses wrong usage with what to write", async () => {
    await using folder = await folderWith({ "a.txt": "text" })
    const file = join(folder.path, "a.txt")
    const run = (...args: ReadonlyArray<string>) => switchyard(["rag", "chunk", file, ...args])
    expectFailure(await run("--algorithm", "recursiv"), 2, "algorithm", 'did you mean "recursive"?')
    expectFailure(await run("--unit", "token"), 2, "unit", 'did you mean "tokens"?')
    expectFailure(await run("--max", "0"), 2, "max")
    expectFailure(await run("--max", "10", "--overlap", "10"), 2, "overlap")
    expectFailure(await switchyard(["rag", "chunk", `${file}x`]), 2, "there is no such file")
  })
})
