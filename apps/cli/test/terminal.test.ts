import { spawn, spawnSync } from "node:child_process"
import { startUpstream } from "@switchyard/testkit"
import { describe, expect, it } from "vitest"
import { environment, nodeArgs } from "./program.ts"

const bounded = { timeout: 30_000 }
const quoted = (args: ReadonlyArray<string>) => args.map((arg) => `'${arg}'`).join(" ")
const hasScript = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

/** Runs the program on a pseudo terminal; `seen` gets all of its output so far. */
const onTerminal = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  seen?: (output: string) => void,
) =>
  new Promise<string>((resolve, reject) => {
    const command = quoted([process.execPath, ...nodeArgs, ...args])
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: "/",
      env: environment({ TERM: "xterm-256color", ...env }),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 10_000,
    })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text
      seen?.(output)
    })
    child.on("error", reject).on("close", () => resolve(output))
  })

// `script` (Debian's bsdutils) makes the terminal; where it is missing these are skipped, except in CI, where they fail.
describe.skipIf(!hasScript && process.env["CI"] === undefined)("on a terminal", bounded, () => {
  it("an answer streams: its beginning is shown while the rest is still to come", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ chunks: ["first ", "last"], fault: { chunkDelayMs: 300 } })
    const env = { OPENAI_BASE_URL: upstream.baseURL, OPENAI_API_KEY: "sk" }
    let shown = ""
    const output = await onTerminal(["call", "-m", "openai/small", "Hi"], env, (text) => {
      if (upstream.requests[0]?.end === undefined) shown = text
    })
    expect(upstream.requests[0]?.body["stream"]).toBe(true)
    expect(shown).toContain("first ")
    expect(shown).not.toContain("last")
    expect(output).toContain("first last\r\n")
  })

  it("what is known is styled, unless NO_COLOR forbids it; a missing prompt is told at once", async () => {
    const [styled, plain, prompt] = await Promise.all([
      onTerminal(["doctor"], {}),
      onTerminal(["doctor"], { NO_COLOR: "1" }),
      onTerminal(["call"], {}),
    ])
    expect(styled).toContain("\u001B[32mok")
    expect(plain).toContain("ok")
    expect(plain).not.toContain("\u001B[")
    expect(prompt).toContain("no prompt: write it in quotes, pipe it in, or use --file FILE")
  })
})
