const words =
  "the a of and retrieval store index vector chunk model answer context window token route cache provider call stream request reply budget person review error wait retry stage rule value plugin layer service key list page section long short quick careful measured plain".split(
    " ",
  )

/** A generator of numbers below 1, the same in every run (Lehmer, MINSTD). */
const numbers = (seed: number): (() => number) => {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** So many units of prose in Markdown: headings, paragraphs of sentences, a fence and a table now and then. */
export const prose = (length: number, seed = 7): string => {
  const next = numbers(seed)
  const word = (): string => words[Math.floor(next() * words.length)] ?? "word"
  const sentence = (): string => {
    const said = Array.from({ length: 5 + Math.floor(next() * 20) }, word).join(" ")
    return `${said.charAt(0).toUpperCase()}${said.slice(1)}${next() < 0.9 ? "." : "?"}`
  }
  const parts: Array<string> = []
  let size = 0
  while (size < length) {
    const kind = next()
    const part =
      kind < 0.08
        ? `${"#".repeat(1 + Math.floor(next() * 3))} ${word()} ${word()}\n\n`
        : kind < 0.11
          ? `\`\`\`ts\nconst ${word()} = ${word()}(${word()})\n\nreturn ${word()}\n\`\`\`\n\n`
          : kind < 0.14
            ? `| ${word()} | ${word()} |\n| --- | --- |\n| ${word()} | ${word()} |\n\n`
            : `${Array.from({ length: 2 + Math.floor(next() * 6) }, sentence).join(" ")}\n\n`
    parts.push(part)
    size += part.length
  }
  // Read from bytes, as a file is: one flat text.
  return Buffer.from(parts.join("").slice(0, length)).toString("utf8")
}
