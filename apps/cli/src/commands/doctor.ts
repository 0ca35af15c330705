import { contracts } from "@switchyard/core"
import * as Command from "effect/cli/Command"
import * as Option from "effect/Option"
import { action } from "../action.ts"
import { Ended, ExitCode } from "../ExitCode.ts"
import { configFlag, debugFlag, jsonFlag } from "../flags.ts"
import { messageOf, oneLine, out, styled } from "../output.ts"
import { type LoadedStack, loadStack } from "../stack.ts"

/** One thing that was looked at. A failed check makes the exit code 3. */
interface Check {
  readonly name: string
  readonly status: "ok" | "warning" | "failed"
  readonly message: string
}

/** Looks whether this machine and this config can make calls. Prints no secret: only whether a key is there. */
export const doctor = Command.make(
  "doctor",
  { json: jsonFlag, config: configFlag, debug: debugFlag },
  ({ json, config }) =>
    action(async () => {
      const checks = [checkNode(), ...(await checkStack(Option.getOrUndefined(config)))]
      for (const check of checks) out(json ? `${JSON.stringify(check)}\n` : `${describe(check)}\n`)
      if (checks.some(({ status }) => status === "failed")) throw new Ended(ExitCode.configuration)
    }),
).pipe(
  Command.withDescription("Check Node, config, plugins and keys"),
  Command.withExamples([{ command: "switchyard doctor", description: "Exit code 3 when something must be mended" }]),
)

const marks = { ok: "green", warning: "yellow", failed: "red" } as const

const describe = ({ name, status, message }: Check): string =>
  `${styled(marks[status], status.padEnd(8))} ${name.padEnd(10)} ${oneLine(message)}`

const checkNode = (): Check => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const recent = (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26
  return recent
    ? { name: "node", status: "ok", message: process.versions.node }
    : {
        name: "node",
        status: "failed",
        message: `${process.versions.node} is not supported: install Node 22.19, 24.11, 26 or later`,
      }
}

const checkStack = async (path: string | undefined): Promise<ReadonlyArray<Check>> => {
  let stack: LoadedStack
  try {
    stack = await loadStack(path)
  } catch (error) {
    return [{ name: "config", status: "failed", message: messageOf(error) }]
  }
  try {
    const found: Check = {
      name: "config",
      status: "ok",
      message: stack.path ?? "none found: the embedded stack is used",
    }
    return [found, ...checkPlugins(stack), ...(await checkProviders(stack))]
  } finally {
    await stack.switchyard.close()
  }
}

const checkPlugins = ({ config }: LoadedStack): ReadonlyArray<Check> =>
  config.plugins.map(({ manifest: { name, kind, contract } }) => ({
    name: "plugin",
    status: "ok",
    message: `${name} (${kind}, contract ${contract}; this kernel has ${contracts[kind]})`,
  }))

const checkProviders = async (stack: LoadedStack): Promise<ReadonlyArray<Check>> => {
  const { switchyard, hint } = stack
  try {
    const { all } = await switchyard.providers()
    const checks = all.flatMap(({ provider }): ReadonlyArray<Check> => {
      const keys = provider.credentials ?? []
      if (keys.length === 0) return [{ name: "provider", status: "ok", message: `${provider.id}: needs no key` }]
      return keys.map(({ name, present }) => ({
        name: "provider",
        status: present ? "ok" : "warning",
        message: `${provider.id}: ${name} is ${present ? "present" : "missing: its calls fail, unless the server needs none"}`,
      }))
    })
    const advice: ReadonlyArray<Check> = hint === undefined ? [] : [{ name: "model", status: "warning", message: hint }]
    return [...checks, ...(await checkRoutes(stack)), ...advice]
  } catch (error) {
    return [{ name: "stack", status: "failed", message: messageOf(error) }]
  }
}

/** Does each route lead to models that a provider serves? */
const checkRoutes = ({ config, switchyard }: LoadedStack): Promise<ReadonlyArray<Check>> =>
  Promise.all(
    Object.keys(config.routes ?? {}).map(async (model): Promise<Check> => {
      try {
        const { candidates } = await switchyard.explain({ model, prompt: "?" })
        const models = candidates.map((candidate) => `${candidate.provider}/${candidate.model}`)
        return { name: "route", status: "ok", message: `${model}: ${models.join(", ")}` }
      } catch (error) {
        return { name: "route", status: "failed", message: `${model}: ${messageOf(error)}` }
      }
    }),
  )
