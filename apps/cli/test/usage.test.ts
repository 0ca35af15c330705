import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"
import { environment, expectFailure, folderWith, nodeArgs, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }
const run = promisify(execFile)

describe.concurrent("wrong usage is one line that says what is wrong, exit code 2", bounded, () => {
  const lines: ReadonlyArray<readonly [args: ReadonlyArray<string>, ...says: ReadonlyArray<string>]> = [
    [["cal", "Hi"], 'Unknown subcommand "cal"', "did you mean call", "see switchyard --help"],
    [
      ["call", "Hi", "--modle", "x"],
      "Unrecognized flag: --modle",
      "did you mean --model",
      "see switchyard call --help",
    ],
    [["call", "Hi", "--temperature", "hot"], '--temperature: "hot"', "number"],
    [["call", "Hi", "--max-tokens", "0"], '--max-tokens: "0"', "a whole number above 0"],
    [["call", "Hi", "--timeout", "soon"], '--timeout: "soon"', "a time above 0, such as 30s"],
    [["call", "Hi", "there"], 'Unexpected positional argument: "there"'],
    [["call", "Hi", "--file", "ask.txt"], "as an argument or with --file, not both"],
    [["call"], "the prompt is empty: write it in quotes, pipe it in, or use --file FILE"],
    [["call", "--file", "missing.txt"], "cannot read missing.txt: there is no such file"],
    [["call", "Hi", "--context", "."], "cannot read .: it is a folder"],
    [["call", "Hi", "-c", "binary.dat"], "binary.dat is not text: it holds binary data"],
    [["call", "--file", "latin1.txt"], "latin1.txt is not text in UTF-8"],
    [["call", "--file", "empty.txt"], "the prompt is empty"],
    [["call", "Hi", "-c", "/dev/zero"], "/dev/zero is larger than 32 MiB"],
    [["call", "Hi", "--schema", "ask.txt"], "ask.txt is not valid JSON"],
    [["call", "Hi", "--schema", "list.json"], "list.json must hold a JSON Schema, an object"],
  ]
  it("each", async () => {
    await using folder = await folderWith({
      "ask.txt": "Hi",
      "empty.txt": "",
      "list.json": "[]",
      "binary.dat": Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
      "latin1.txt": Buffer.from([0x6b, 0xe4, 0x73, 0x65]),
    })
    // Two at a time: the machine may have no more processors.
    for (let index = 0; index < lines.length; index += 2) {
      const pair = lines.slice(index, index + 2)
      const results = await Promise.all(pair.map(([args]) => switchyard(args, { cwd: folder.path })))
      for (const [at, [, ...says]] of pair.entries()) {
        const result = results[at]
        if (result !== undefined) expectFailure(result, 2, ...says)
      }
    }
  })

  it("a NUL on stdin is binary; a command alone lists its subcommands", async () => {
    const [nul, plugins] = await Promise.all([switchyard(["call"], { input: "a\0b" }), switchyard(["plugins"])])
    expectFailure(nul, 2, "standard input is not text")
    expect(plugins).toMatchObject({ code: 2, notes: ["name one of the commands above"] })
    expect(plugins.stdout).toContain("list    List the plugins of the stack")
  })
})

describe.concurrent("what is told about the program", bounded, () => {
  it.each([[["call"]], [["explain"]], [["plugins"]], [["plugins", "list"]], [["doctor"]], [["demo"]], [[]]])(
    "%j --help has examples",
    async (command) => {
      const { code, stdout, stderr } = await switchyard([...command, "--help"])
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toMatch(/EXAMPLES\n {2}# .+\n {2}.*switchyard/)
      expect(stdout).toContain(`switchyard${command.map((word) => ` ${word}`).join("")}`)
    },
  )

  it("--version is that of the package", async () => {
    const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"))
    const { stdout } = await switchyard(["--version"])
    expect(manifest).toMatchObject({ version: stdout.trim().replace("switchyard v", "") })
  })

  it("--completions prints a script that the shell takes", async () => {
    const [bash, zsh, fish] = await Promise.all(
      ["bash", "zsh", "fish"].map(async (shell) => (await switchyard(["--completions", shell])).stdout),
    )
    await run("bash", ["-c", `${bash}\ncomplete -p switchyard`])
    expect(zsh).toContain("#compdef switchyard")
    expect(fish).toContain("complete -c switchyard")
    for (const script of [bash, zsh, fish]) for (const word of ["doctor", "max-tokens"]) expect(script).toContain(word)
  })

  it("`| head -1` is no failure", async () => {
    const command = `set -o pipefail; "$0" "$@" | head -1`
    const args = ["-c", command, process.execPath, ...nodeArgs, "demo"]
    const { stdout, stderr } = await run("bash", args, { env: environment(), cwd: "/", timeout: 10_000 })
    expect(stdout.split("\n")).toHaveLength(2)
    expect(stderr).toBe("")
  })
})

describe("the README", bounded, () => {
  it("lists every flag, command and exit code, and its first example runs", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
    const { stdout } = await switchyard(["call", "--help"])
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags.length).toBeGreaterThan(12)
    for (const flag of [...flags, "--no-stream", "plugins list", "doctor", "demo", "explain", "130"]) {
      expect(readme).toContain(flag)
    }
    const example = /```sh\n(switchyard call [\s\S]*?)```/.exec(readme)?.[1] ?? ""
    const program = nodeArgs.map((arg) => `'${arg}'`).join(" ")
    const script = `set -e; switchyard() { "$NODE" ${program} "$@"; }\n${example}`
    await using folder = await folderWith({})
    const env = environment({ NODE: process.execPath })
    const ran = await run("bash", ["-c", script], { env, cwd: folder.path, timeout: 20_000 })
    expect(ran.stdout).toContain("A circuit breaker is a switch in front of a provider")
    expect(ran.stdout).toContain("The harbour was built in 1874. [1]")
    expect(ran.stdout).toContain("none found: the embedded stack is used")
  })
})
