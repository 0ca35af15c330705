import { contracts } from "@switchyard/core"
import * as Command from "effect/cli/Command"
import * as Option from "effect/Option"
import { action } from "../action.ts"
import { configFlag, debugFlag, jsonFlag } from "../flags.ts"
import { out, table } from "../output.ts"
import { loadStack } from "../stack.ts"

const list = Command.make("list", { json: jsonFlag, config: configFlag, debug: debugFlag }, ({ json, config }) =>
  action(async () => {
    const stack = await loadStack(Option.getOrUndefined(config))
    try {
      const manifests = stack.config.plugins.map((plugin) => plugin.manifest)
      const { all } = await stack.switchyard.providers()
      const bring = (name: string) => all.filter(({ plugin }) => plugin === name).map(({ provider }) => provider.id)
      if (json) {
        for (const manifest of manifests) out(`${JSON.stringify({ ...manifest, provides: bring(manifest.name) })}\n`)
        return
      }
      const rows = manifests.map(({ name, kind, contract, permissions }) => [
        name,
        kind,
        `${contract} of ${contracts[kind]}`,
        bring(name).join(", ") || "-",
        permissions.join(", ") || "none",
      ])
      out(`${table([["PLUGIN", "KIND", "CONTRACT", "PROVIDERS", "PERMISSIONS"], ...rows])}\n`)
    } finally {
      await stack.switchyard.close()
    }
  }),
).pipe(
  Command.withDescription("List the plugins of the stack"),
  Command.withExamples([
    { command: "switchyard plugins list", description: "Name, kind, contract, providers, permissions" },
  ]),
)

/** The plugins of the stack. */
export const plugins = Command.make("plugins").pipe(
  Command.withDescription("What the stack is made of"),
  Command.withExamples([{ command: "switchyard plugins list --json", description: "A plugin a line, for programs" }]),
  Command.withSubcommands([list]),
)
